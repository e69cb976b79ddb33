export type { Hashing, RunningDigest } from './hashing.ts';
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
} from './movie.ts';
export { readMovie } from './movie-reader.ts';
export { runsOf } from './movie-spec.ts';
export type { ByteSpan, MovieSpec, PlacedChunk, SoundPlace, SoundSpec, VideoSpec, WrittenMovie } from './movie-spec.ts';
export { movieSizeBytes, writeMovie } from './movie-writer.ts';
export type { WriteMovieOptions } from './movie-writer.ts';
export { chunksAtOffsets, chunksOf, corruptChunks, pictureSamples } from './extraction.ts';
export { isSameFile, publish, removeLeftovers, temporaryPath } from './publication.ts';
export type { Publication, Published } from './publication.ts';
export { proveTables } from './table-proof.ts';
export type { ProofFinding } from './table-proof.ts';
export { deepSeams, proveDecoding, seams } from './decode-proof.ts';
export { deepParts, proofParts } from './proof-parts.ts';
export type { ChunkOrigin, DecodedFrame, DecodedFrames, DecodePlan, DecodePort } from './decode-proof.ts';
export { findBoundaries, widened } from './boundaries.ts';
export type { CutEnd, PatchableMovie, WidenedRange } from './boundaries.ts';
export type { PictureStream } from './picture-stream.ts';
export type { PictureFormat } from './bitstream/picture-format.ts';
export { planPatch } from './patch-plan.ts';
export type { Patch, PatchPlan } from './patch-plan.ts';
export { patchInPlace } from './patch.ts';
export { rewriteMovie } from './movie-rewriter.ts';
export type { RewrittenMovie } from './movie-rewriter.ts';
export { deadIndexes, findUndo, trimAppend, undoAppend } from './append.ts';
export type { Appended, UndoPlan } from './append.ts';
export { planFilmOverwrite, planOwnOverwrite } from './overwrite/overwrite-plan.ts';
export type { OwnOverwrite } from './overwrite/overwrite-plan.ts';
export { canUndoOverwrite, overwriteMovie, putBackInCopy, undoOverwrite } from './overwrite/overwrite.ts';
export type { Overwritten } from './overwrite/overwrite.ts';
export { recoverOverwrite } from './overwrite/recovery.ts';
export type { OverwriteHistory, Recovered } from './overwrite/recovery.ts';
export { cutJournal, isPending, readUndoJournal, undoJournalPath } from './overwrite/undo-journal.ts';
export type { UndoGroup, UndoJournal, UndoRecord } from './overwrite/undo-journal.ts';
export type { ChangedSpan } from './overwrite/changed-spans.ts';
export { appendOwnMovie } from './own-append.ts';
export type { AppendedOwn } from './own-append.ts';
export { adoptMovie, constantRate, evenGrid, reorderOf } from './adoption.ts';
export type { AdoptedMovie } from './adoption.ts';
export { fitChunks, refitChunks, sharedConfig } from './fitted-chunks.ts';
export type { FittedChunks, Misfit, SharedConfig } from './fitted-chunks.ts';
export type { PictureMove } from './picture-move.ts';
export { pictureEntry } from './picture-entry.ts';
export { patchedChunks } from './patched-chunks.ts';
export { deadBytes, keptFindings, movedFindings, trackDigests, trackSpans } from './kept-proof.ts';
export type { ReplacedSamples } from './kept-proof.ts';
export { cloneOwnMovie, patchClone } from './clone.ts';
export { encoderNote } from './encoder-note.ts';
export { checkBuffer } from './rate-check.ts';
export type { BufferModel, BufferReport } from './rate-check.ts';
export { entryWithConfig } from './index-rewriter.ts';
export { joinRuns, otherSpans, sharedRuns } from './rebuild.ts';
export type { SharedBytes, SharedRun } from './rebuild.ts';
export { base64FromBytes, bytesFromBase64 } from './base64.ts';
export { recutOf } from './recut/recut.ts';
export type { RecutParts } from './recut/recut.ts';
export type { Recut, RecutChunk, RecutTrack } from './recut/recut-model.ts';
export { appendRecut, cloneRecut, recutDigests, writeRecut } from './recut/recut-movie.ts';
export { recutFindings } from './recut/recut-proof.ts';
export type { MovedStretch } from './recut/recut-texts.ts';
