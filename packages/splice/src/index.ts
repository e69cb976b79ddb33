export type { Hashing, RunningDigest } from './bytes/hashing.ts';
export type {
  ColorCodes,
  Edit,
  Movie,
  MovieBox,
  MovieTimecode,
  SampleColumns,
  SampleEntry,
  SampleTables,
  SoundEntry,
  TopBox,
  Track,
  TrackReference,
  VideoEntry,
} from './container/movie.ts';
export { readMovie } from './container/movie-reader.ts';
export { runsOf } from './container/movie-spec.ts';
export type {
  ByteSpan,
  MovieSpec,
  PlacedChunk,
  SoundPlace,
  SoundSpec,
  VideoSpec,
  WrittenMovie,
} from './container/movie-spec.ts';
export { movieSizeBytes, writeMovie } from './write/movie-writer.ts';
export type { WriteMovieOptions } from './write/movie-writer.ts';
export { chunksAtOffsets, chunksOf, corruptChunks, pictureSamples } from './patch/extraction.ts';
export { isSameFile, publish, refuseRace, removeLeftovers, temporaryPath } from './publish/publication.ts';
export type { Publication, Published } from './publish/publication.ts';
export { proveTables } from './proof/table-proof.ts';
export type { ProofFinding } from './proof/table-proof.ts';
export { deepSeams, proveDecoding, seams } from './proof/decode-proof.ts';
export { deepParts, proofParts } from './proof/proof-parts.ts';
export type { ChunkOrigin, DecodedFrame, DecodedFrames, DecodePlan, DecodePort } from './proof/decode-proof.ts';
export { findBoundaries, widened } from './patch/boundaries.ts';
export type { CutEnd, PatchableMovie, WidenedRange } from './patch/boundaries.ts';
export type { PictureStream } from './parameters/picture-stream.ts';
export type { PictureFormat } from './bitstream/picture-format.ts';
export { planPatch } from './patch/patch-plan.ts';
export type { Patch, PatchPlan } from './patch/patch-plan.ts';
export { patchInPlace } from './patch/patch.ts';
export { rewriteMovie } from './patch/movie-rewriter.ts';
export type { RewrittenMovie } from './patch/index-in-front.ts';
export { deadIndexes, findUndo, trimAppend, undoAppend } from './publish/append.ts';
export type { Appended, UndoPlan } from './publish/append.ts';
export { planFilmOverwrite, planOwnOverwrite } from './overwrite/overwrite-plan.ts';
export type { OwnOverwrite } from './overwrite/overwrite-plan.ts';
export { canUndoOverwrite, overwriteMovie, putBackInCopy, undoOverwrite } from './overwrite/overwrite.ts';
export type { Overwritten } from './overwrite/overwrite.ts';
export { recoverOverwrite } from './overwrite/recovery.ts';
export type { OverwriteHistory, Recovered } from './overwrite/recovery.ts';
export { cutJournal, isPending, readUndoJournal, undoJournalPath } from './overwrite/undo-journal.ts';
export type { UndoGroup, UndoJournal, UndoRecord } from './overwrite/undo-journal.ts';
export type { ChangedSpan } from './overwrite/changed-spans.ts';
export { appendOwnMovie } from './write/own-append.ts';
export type { AppendedOwn } from './write/own-append.ts';
export { adoptMovie, constantRate, evenGrid, reorderOf } from './patch/adoption.ts';
export type { AdoptedMovie } from './patch/adoption.ts';
export { fitChunks, refitChunks, sharedConfig } from './parameters/fitted-chunks.ts';
export type { FittedChunks, Misfit, SharedConfig } from './parameters/fitted-chunks.ts';
export type { PictureMove } from './container/picture-move.ts';
export { pictureEntry } from './container/picture-entry.ts';
export { keptPieces } from './patch/kept-pieces.ts';
export { patchedChunks } from './patch/patched-chunks.ts';
export { deadBytes, keptFindings, movedFindings, trackDigests, trackSpans } from './proof/kept-proof.ts';
export type { ReplacedSamples } from './proof/kept-proof.ts';
export { cloneOwnMovie, patchClone } from './patch/clone.ts';
export { encoderNote } from './patch/encoder-note.ts';
export { checkBuffer } from './patch/rate-check.ts';
export type { BufferModel, BufferReport } from './patch/rate-check.ts';
export { entryWithConfig } from './container/index-rewriter.ts';
export { joinRuns, otherSpans, sharedRuns } from './patch/rebuild.ts';
export type { SharedBytes, SharedRun } from './patch/rebuild.ts';
export { base64FromBytes, bytesFromBase64 } from './bytes/base64.ts';
export { recutOf } from './recut/recut.ts';
export type { RecutParts } from './recut/recut.ts';
export type { Recut, RecutChunk, RecutTrack } from './recut/recut-model.ts';
export { appendRecut, cloneRecut, recutDigests, writeRecut } from './recut/recut-movie.ts';
export { recutFindings } from './recut/recut-proof.ts';
export type { MovedStretch } from './recut/recut-texts.ts';
