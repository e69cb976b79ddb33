import { isPatchworkError, PatchworkError } from '@patchwork/kernel';

/** What a stopped run leaves behind, in frames. */
export interface KeptFrames {
  /** Rendered in this run and safe in the store. */
  readonly kept: number;
  /** All that this run had to render. */
  readonly total: number;
}

/**
 * Turns what a stopped piece of work throws into the one error of a stopped run, PW_INTERRUPTED, which says what is kept.
 * Any other failure is returned as it is, also after a stop: it has a reason of its own.
 *
 * @param frames null where nothing was to be rendered.
 */
export function interruption(signal: AbortSignal, error: unknown, frames: KeptFrames | null): unknown {
  if (!signal.aborted || !isStop(signal, error)) return error;
  const reason: unknown = signal.reason;
  const stopped = isPatchworkError(reason) ? reason.message : 'stopped';
  const kept = frames === null ? '' : `: ${frames.kept} of ${frames.total} frames to render are finished and kept`;
  return new PatchworkError('PW_INTERRUPTED', `${stopped}${kept}`, {
    hint: 'Start it again: it goes on where it stopped. The deliverable is as it was.',
    details: frames === null ? {} : { ...frames },
    cause: error,
  });
}

/** A stop comes out as the signal's reason, as an AbortError, or as a media job that was told to end. */
function isStop(signal: AbortSignal, error: unknown): boolean {
  if (error === signal.reason) return true;
  if (isPatchworkError(error)) return error.code === 'PW_MEDIA_ABORTED';
  return error instanceof Error && error.name === 'AbortError';
}
