import { corruptChunks, readMovie, trackDigests } from '@patchwork/splice';
import { byteLength, deliverableChunks, type LedgerEntry } from '@patchwork/store';
import type { RenderContext } from './run/context.ts';
import { fileDigest } from './record/file-digest.ts';
import { framesText, placeOfEntry } from './timeline/frames-text.ts';
import { readHistory, type History } from './record/history.ts';
import { moovDigestOf } from './record/moov-digest.ts';
import { deadBytesOf } from './film/dead-bytes.ts';
import { mixedNote } from './plan/mixture.ts';
import { findingsOfMovie, type Finding } from './proof/proof.ts';
import { ownSpec } from './publish/movie-spec.ts';
import { verifyFilm } from './proof/verify-film.ts';
import { isOwn } from './record/renderers.ts';
import type { Verdict } from './proof/verdict.ts';

/**
 * Checks a deliverable against its ledger: index, every packet's hash, tables and decoding. Reads the whole file.
 *
 * @throws PW_LEDGER_MISSING when there is nothing to check it against, PW_FILE_*
 */
export async function verifyDeliverable(
  context: RenderContext,
  path: string,
  depth: 'default' | 'deep',
): Promise<Verdict> {
  const history = await readHistory(context, path);
  const entry = history.current ?? history.line[0];
  if (entry === undefined || history.current === null) {
    const reason = await unreadableReason(context, path);
    const message = reason ?? `${path} was edited elsewhere: its index fits no entry of its ledger`;
    return { findings: [{ code: 'PW_VERIFY_STRANGER', message }], checks: [], notes: [], deadBytes: null };
  }
  if (!isOwn(entry)) return verifyFilm(context, history, entry, depth);
  const stat = await context.files.stat(path);
  const findings: Finding[] = [];
  if (stat?.size !== entry.fileSize) {
    findings.push({
      code: 'PW_VERIFY_SIZE',
      message: `${path} has ${stat?.size ?? 0} bytes, its ledger says ${entry.fileSize}`,
    });
  }
  findings.push(...(await hashFindings(context, path, entry)));
  if (findings.length === 0) findings.push(...(await soundFindings(context, path, entry)));
  // What was appended to was not hashed whole.
  const isWholeKnown = entry.fileSha256 !== null;
  if (findings.length === 0 && isWholeKnown && (await fileDigest(context, path)) !== entry.fileSha256) {
    findings.push({
      code: 'PW_VERIFY_FILE',
      message: `${path} is not what was written: pictures and sound are, some bytes between or before them are not`,
    });
  }
  const checks = [`${entry.chunks.length} chunks and the sound hashed${isWholeKnown ? ', and the whole file' : ''}`];
  if (findings.length === 0) {
    const spec = ownSpec(context, path, entry);
    findings.push(
      ...(await findingsOfMovie(context, {
        path,
        spec,
        previousKeys: provenKeys(history, entry),
        fresh: new Set(),
        depth,
      })),
    );
    checks.push(
      'sample tables, edit lists, timecode and ends of picture and sound',
      depth === 'deep' ? 'every frame decoded, 60 random seeks' : 'decoding and seeking at the seams',
    );
  }
  const note = mixedNote(entry);
  const notes = note === null ? [] : [note];
  return { findings, checks, notes, deadBytes: await deadBytesOf(context, path) };
}

/** The chunk list whose joins were proven before this entry: its parent's. A full render's were proven at its publication. */
function provenKeys(history: History, entry: LedgerEntry): readonly string[] {
  const parent = history.ledger.entries.find((each) => each.id === entry.parent) ?? entry;
  return parent.chunks.map(({ key }) => key);
}

async function unreadableReason(context: RenderContext, path: string): Promise<string | null> {
  if ((await context.files.stat(path)) === null) return `${path} does not exist`;
  const digest = await moovDigestOf(context, path);
  return typeof digest === 'string' ? null : digest.message;
}

async function hashFindings(context: RenderContext, path: string, entry: LedgerEntry): Promise<Finding[]> {
  const pictures = deliverableChunks(entry, path);
  const sounds = (entry.sound?.pieces ?? []).map((piece) => ({ ...piece, path }));
  const all = [...pictures, ...sounds];
  const total = all.reduce((sum, chunk) => sum + byteLength(chunk), 0);
  const bad = new Set<unknown>(
    await corruptChunks(context.files, all, context.hashing, (done) => {
      context.signal.throwIfAborted();
      context.onProgress({ phase: 'hash', done, total, unit: 'bytes' });
    }),
  );
  let frame = 0;
  const findings: Finding[] = [];
  for (const chunk of pictures) {
    const end = frame + chunk.order.length;
    if (bad.has(chunk)) {
      findings.push({
        code: 'PW_VERIFY_HASH',
        message: `${framesText({ in: frame, out: end }, placeOfEntry(entry))} (byte ${chunk.offset}) are not what was written`,
        details: { frames: [frame, end] },
      });
    }
    frame = end;
  }
  for (const piece of sounds) {
    if (bad.has(piece))
      findings.push({
        code: 'PW_VERIFY_SOUND_HASH',
        message: `the sound at byte ${piece.offset} is not what was written`,
      });
  }
  return findings;
}

/** Pieces that are whole can still be those of another track: what the index plays as sound is hashed in one. */
async function soundFindings(context: RenderContext, path: string, entry: LedgerEntry): Promise<Finding[]> {
  const { files, hashing, sha256 } = context;
  const digests = await trackDigests(files, await readMovie(files, path, sha256), hashing, {
    wanted: ({ handler }) => handler === 'soun',
  });
  const found = digests.find((digest) => digest !== null) ?? null;
  if (found === (entry.sound?.digest ?? null)) return [];
  return [{ code: 'PW_VERIFY_SOUND_HASH', message: `the sound of ${path} is not, as a whole, what was rendered` }];
}
