import {
  appendOwnMovie,
  cloneOwnMovie,
  overwriteMovie,
  planOwnOverwrite,
  publish,
  readMovie,
  refuseRace,
  writeMovie,
  type AppendedOwn,
  type MovieSpec,
  type WrittenMovie,
} from '@patchwork/splice';
import type { RenderContext } from '../run/context.ts';
import { provenOrUndone } from './proven-change.ts';
import { forgetOverwritten, overwriteHistory, putBackOverwritten } from '../record/overwritten-film.ts';
import type { Preparation } from '../plan/preparation.ts';
import type { PublicationMode } from '../run/request.ts';
import { runId } from '../run/run-id.ts';

/** How a deliverable that was rendered here is written and put in its place. */
export interface OwnPublication {
  readonly mode: PublicationMode;
  /** Calls the writer with the movie's description, again where a chunk turned out damaged and was rendered anew. */
  readonly write: (writer: MovieWriter) => Promise<WrittenMovie>;
  /** Looks at the new file at a path. @throws PW_PROOF_FAILED */
  readonly prove: (path: string) => Promise<void>;
  /** Makes the history's entry durable. */
  readonly record: (written: WrittenMovie) => Promise<void>;
  /** Saves what only the old file holds: called before a byte of it is overwritten. */
  readonly keep: () => Promise<void>;
}

/** Writes a movie from its description. `trusted` says whose bytes are not hashed. */
export type MovieWriter = (spec: MovieSpec, trusted: (path: string) => boolean) => Promise<WrittenMovie>;

/**
 * Publishes a deliverable: written anew beside the old one and renamed, appended to a clone and renamed (`fast`), or
 * appended to the file itself (`in-place`), whose proof follows the change: what fails is put back.
 *
 * @throws as `publish`, `writeMovie`, `appendOwnMovie`, and whatever the callbacks throw
 */
export async function publishOwn(
  context: RenderContext,
  preparation: Preparation,
  job: OwnPublication,
): Promise<WrittenMovie> {
  const path = preparation.deliverablePath;
  if (job.mode === 'in-place' && canAppend(preparation)) return await appended(context, preparation, job);
  const { files, hashing, sha256 } = context;
  const isClone = job.mode === 'fast' && canAppend(preparation);
  const { written } = await publish(files, {
    destination: path,
    expected: preparation.baseStat,
    run: runId(context),
    write: (temporary) =>
      job.write(async (spec, trusted) =>
        isClone
          ? writtenFrom(
              await cloneOwnMovie(files, temporary, await readMovie(files, path, sha256), spec, hashing, trusted),
            )
          : await writeMovie(files, temporary, spec, hashing, {
              trusted,
              onProgress: (done, total) => {
                context.signal.throwIfAborted();
                context.onProgress({ phase: 'write', done, total, unit: 'bytes' });
              },
            }),
      ),
    prove: job.prove,
    record: job.record,
  });
  if (!isClone) await forgetOverwritten(context, path);
  return written;
}

/** Tells whether there is a whole file of ours to append to; a first render, a full one and a damaged base are written whole. */
export function canAppend({ base, previous }: Pick<Preparation, 'base' | 'previous'>): boolean {
  return base.kind === 'ours' && previous !== null;
}

async function appended(
  context: RenderContext,
  { deliverablePath: path, baseStat }: Preparation,
  job: OwnPublication,
): Promise<WrittenMovie> {
  const { files, hashing, sha256 } = context;
  let expected = baseStat;
  let undo: (() => Promise<void>) | undefined;
  const attempt = async (spec: MovieSpec, trusted: (path: string) => boolean): Promise<WrittenMovie> => {
    // Read anew at each attempt: a failed one leaves bytes behind the movie, which the next one takes away.
    const movie = await readMovie(files, path, sha256);
    const plan = await planOwnOverwrite(files, movie, spec, hashing, trusted);
    if (plan !== null) {
      const { spans, placed, soundPlaced } = plan;
      const made = { sizeBytes: movie.sizeBytes, moovDigest: movie.moov.digest, sha256: null, placed, soundPlaced };
      await job.keep();
      await overwriteMovie(files, movie, spans, hashing, overwriteHistory(context, path), () => job.record(made));
      // Where no byte changed, what could be put back is an older version.
      undo = async (): Promise<void> => (spans.length === 0 ? undefined : await putBackOverwritten(context, path));
      return made;
    }
    const record = async (moovDigest: string, places: Pick<AppendedOwn, 'placed' | 'soundPlaced'>): Promise<void> => {
      const sizeBytes = (await files.stat(path))?.size ?? 0;
      await job.record({ moovDigest, sizeBytes, sha256: null, ...places });
    };
    return writtenFrom(await appendOwnMovie(files, movie, spec, hashing, record, trusted));
  };
  const written = await job.write(async (spec, trusted) => {
    // What the spec keeps are places in the file that was planned on: in another one they hold anything.
    await refuseRace(files, path, expected);
    try {
      return await attempt(spec, trusted);
    } catch (error) {
      const now = await files.stat(path);
      if (now?.ino === expected?.ino) expected = now;
      throw error;
    }
  });
  await provenOrUndone(context, path, written.moovDigest, () => job.prove(path), undo);
  return written;
}

function writtenFrom({ sizeBytes, moovDigest, placed, soundPlaced }: AppendedOwn): WrittenMovie {
  return { sizeBytes, moovDigest, sha256: null, placed, soundPlaced };
}
