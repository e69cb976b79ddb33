import { copyFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { nodeFiles, sha256, startSha256 } from '@patchwork/files';
import type { MediaWorkers } from '@patchwork/media';
import {
  adoptMovie,
  findBoundaries,
  overwriteMovie,
  patchInPlace,
  planFilmOverwrite,
  planPatch,
  readMovie,
  rewriteMovie,
  undoJournalPath,
  widened,
  type Patch,
} from '@patchwork/splice';
import type { BrowserPage } from './chromium.ts';
import {
  differing,
  ffmpegDigests,
  frameDigests,
  readerDisagreements,
  seeksOver,
  whyUnplayed,
  wrongInBrowser,
  type Evidence,
} from './evidence.ts';
import type { ForeignFilm } from './foreign-films.ts';
import { output } from './reference-ffmpeg.ts';

const files = nodeFiles();
const hashing = { sha256, startSha256 };
const rate = { num: 25, den: 1 };
const frames = 120;
const size = { width: 320, height: 180 };
const tags = ['-colorspace', 'bt709', '-color_primaries', 'bt709', '-color_trc', 'bt709', '-color_range', 'tv'];

/** Where a patch begins: three generations, the third inside of the first. */
const starts = [52, 88, 56];

/** Masters with readable codes, from which other programs make films; one an id. */
export async function writeMasters(workers: MediaWorkers, folder: string): Promise<void> {
  for (const id of [1, 2, 3, 4]) {
    await workers.writeTestMedia({
      path: masterOf(folder, id),
      id,
      container: 'mov',
      video: { codec: 'prores', ...size, rate, frames },
      sound: { codec: 'pcm_s24le', sampleRate: 48_000, channels: 2, frequency: 440 },
    });
  }
}

function masterOf(folder: string, id: number): string {
  return join(folder, `master-${id}.mov`);
}

async function encode(
  folder: string,
  kind: ForeignFilm,
  settings: readonly string[],
  id: number,
  limit: readonly string[],
  path: string,
): Promise<void> {
  const sound = id === 1 ? ['-c:a', kind.container === 'mp4' ? 'aac' : 'pcm_s24le'] : ['-an'];
  const filter = kind.filter === undefined ? [] : ['-vf', kind.filter];
  const input = ['-v', 'error', '-y', '-i', masterOf(folder, id), ...filter, ...limit];
  const format = ['-pix_fmt', kind.pixelFormat ?? 'yuv420p'];
  await output('ffmpeg', [...input, ...format, ...tags, ...settings, ...sound, path]);
}

/** The evidence of one film: appended in place, overwritten where it stands where that can be, and written anew. */
export interface ForeignEvidence {
  readonly inPlace: Evidence;
  readonly overwritten?: Evidence;
  readonly anew: Evidence;
}

/**
 * Makes a film with another program, patches it in place three times with pictures of other settings, writes it anew, and
 * counts what every reader shows of both.
 */
export async function foreignEvidence(
  workers: MediaWorkers,
  browser: BrowserPage,
  folder: string,
  kind: ForeignFilm,
): Promise<ForeignEvidence> {
  const path = (name: string): string => join(folder, `${name}.${kind.container}`);
  for (const name of ['film', 'over', 'anew', 'copy', 'scratch']) rmSync(path(name), { force: true });
  rmSync(undoJournalPath(path('over')), { force: true });
  await encode(folder, kind, kind.film, 1, [], path('film'));
  copyFileSync(path('film'), path('over'));
  let canOverwrite = true;
  const count = (await findBoundaries(files, await readMovie(files, path('film'), sha256))).samples.count;
  const wanted = [...(await frameDigests(workers, path('film'), count))];
  const wantedByFfmpeg = [...(await ffmpegDigests(path('film')))];
  const unplayed = await whyUnplayed(workers, browser, path('film'), count);
  const isInside = wanted.map(() => false);
  const seams: number[] = [];
  for (const [generation, start] of starts.entries()) {
    const base = await findBoundaries(files, await readMovie(files, path('film'), sha256));
    const range = widened(base, { in: start, out: start + 3 }, count);
    const length = range.out - range.in;
    const piece = path(`piece-${generation}`);
    await encode(folder, kind, kind.piece, generation + 2, ['-frames:v', String(length)], piece);
    const { chunks } = await adoptMovie(
      files,
      await findBoundaries(files, await readMovie(files, piece, sha256)),
      hashing,
    );
    await patchInPlace(files, planPatch(base, { range, pieces: chunks }), hashing, async () => undefined);
    canOverwrite &&= await overwritten(path('over'), { range, pieces: chunks });
    const [fresh, freshByFfmpeg] = [await frameDigests(workers, piece, length), await ffmpegDigests(piece)];
    for (let i = 0; i < length; i += 1) {
      wanted[range.in + i] = fresh[i] ?? 'none';
      wantedByFfmpeg[range.in + i] = freshByFfmpeg[i] ?? 'none';
      isInside[range.in + i] = true;
    }
    seams.push(range.in, range.out);
  }
  const patched = await readMovie(files, path('film'), sha256);
  await rewriteMovie(files, path('anew'), patched, null, path('scratch'), hashing);

  const codes = await workers.readCodes({ path: path('film'), codeRow: 'top' });
  const seeks = seeksOver(count, seams);
  const measure = async (name: string): Promise<Evidence> => {
    const decoded = await workers.decodeDigests({ path: path(name), ranges: [{ in: 0, out: count }], seeks });
    const shown = decoded.linear.map(({ digest }) => digest ?? 'none');
    rmSync(path('copy'), { force: true });
    await output('ffmpeg', ['-v', 'error', '-y', '-i', path(name), '-c', 'copy', path('copy')]);
    return {
      frames: count,
      outside: differing(shown, wanted, (frame) => !isInside[frame]),
      inside: differing(shown, wanted, (frame) => isInside[frame] === true),
      wrongSeeks: decoded.sought.filter(({ frame, digest }) => digest !== shown[frame]).length,
      disagreements: await readerDisagreements(workers, path(name)),
      ffmpeg:
        differing(await ffmpegDigests(path(name)), wantedByFfmpeg) +
        differing(await ffmpegDigests(path('copy')), wantedByFfmpeg),
      chromium: unplayed ?? (await wrongInBrowser(browser, path(name), seeks.slice(40), codes)).length,
    };
  };
  return {
    inPlace: await measure('film'),
    ...(canOverwrite ? { overwritten: await measure('over') } : {}),
    anew: await measure('anew'),
  };
}

/** Overwrites the range of a patch where it stands; false where that cannot be. */
async function overwritten(path: string, patch: Patch): Promise<boolean> {
  const base = await findBoundaries(files, await readMovie(files, path, sha256));
  const spans = await planFilmOverwrite(files, [planPatch(base, patch)], hashing);
  if (spans === null) return false;
  let isRecorded = false;
  const history = {
    entries: async (): Promise<number> => 0,
    recordedSince: async (): Promise<string | null> => (isRecorded ? sha256(path) : null),
    recordBefore: async (): Promise<void> => undefined,
  };
  await overwriteMovie(files, base.movie, spans, hashing, history, async () => {
    isRecorded = true;
  });
  return true;
}
