/** A stage of a run, in the order in which they come. */
export type Phase = 'hash' | 'probe' | 'render' | 'sound' | 'write' | 'prove';

/** How far a phase has come. */
export interface ProgressEvent {
  readonly phase: Phase;
  /** Done and all of it, in `unit`; `done` never falls while phase and `total` stay. */
  readonly done: number;
  readonly total: number;
  /** The file it is about, without its folder, where it is one. */
  readonly file?: string;
  readonly unit: 'bytes' | 'files' | 'frames' | 'seconds' | 'checks';
}

/** Hears of progress. Called often: must be cheap. */
export type ProgressListener = (event: ProgressEvent) => void;
