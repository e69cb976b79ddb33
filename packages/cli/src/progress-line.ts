import type { Phase, ProgressEvent } from '@patchwork/render';

/** What the progress line shows; `update` makes the next one. */
export interface ProgressState {
  readonly event: ProgressEvent | null;
  /** When the phase began, in milliseconds. */
  readonly phaseStartMs: number;
  readonly nowMs: number;
}

/** Nothing begun. */
export const idleProgress: ProgressState = { event: null, phaseStartMs: 0, nowMs: 0 };

/** The state after an event at `nowMs`. */
export function updatedProgress(state: ProgressState, event: ProgressEvent, nowMs: number): ProgressState {
  // The phase of hashing comes several times: media, a base, a whole file.
  const samePhase = state.event?.phase === event.phase && state.event.total === event.total;
  return { event, phaseStartMs: samePhase ? state.phaseStartMs : nowMs, nowMs };
}

const phaseWords: { readonly [phase in Phase]: string } = {
  hash: 'Reading media',
  probe: 'Looking into media',
  render: 'Rendering',
  sound: 'Rendering sound',
  write: 'Writing',
  prove: 'Proving',
};

/** Draws the line, at most `width` columns. Empty before the first event. */
export function progressLine(state: ProgressState, width: number): string {
  const { event } = state;
  if (event === null) return '';
  const share = event.total > 0 ? Math.min(1, event.done / event.total) : 1;
  const text = `${phaseWords[event.phase].padEnd(18)} ${String(Math.floor(share * 100)).padStart(3)} %  ${amount(event)}${eta(state, share)}`;
  const room = Math.min(24, width - text.length - 3);
  if (room < 4) return text.slice(0, width);
  const filled = Math.round(share * room);
  return `${text}  ${'█'.repeat(filled)}${'░'.repeat(room - filled)}`;
}

function amount(event: ProgressEvent): string {
  const file = event.file === undefined ? '' : `  ${shownName(event.file)}`;
  if (event.unit === 'bytes') return `${megabytes(event.done)} of ${megabytes(event.total)} MB${file}`;
  return `${Math.floor(event.done)} of ${Math.ceil(event.total)} ${event.unit}`;
}

/** A file's name, safe for a terminal; a long one loses its middle. */
function shownName(name: string): string {
  const plain = name.replace(/\p{C}/gu, '?');
  return plain.length <= 30 ? plain : `${plain.slice(0, 16)}…${plain.slice(-13)}`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(bytes < 1e8 ? 1 : 0);
}

/** Time left at the phase's pace so far; silent for the first second, when a guess would only jump about. */
function eta(state: ProgressState, share: number): string {
  const elapsedMs = state.nowMs - state.phaseStartMs;
  if (elapsedMs < 1000 || share <= 0 || share >= 1) return '';
  return `  about ${duration((elapsedMs / share) * (1 - share))} left`;
}

/** Writes a length of time for people: `8 s`, `3 min 05 s`, `2 h 10 min`. */
export function duration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, '0')} s`;
  return `${Math.floor(seconds / 3600)} h ${String(Math.floor((seconds % 3600) / 60)).padStart(2, '0')} min`;
}
