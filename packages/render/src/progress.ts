/** A stage of a run, in the order in which they come. */
export type Phase = 'hash' | 'probe' | 'render' | 'sound' | 'write' | 'prove';

/** How far a phase has come. */
export interface ProgressEvent {
  readonly phase: Phase;
  /** Done and all of it, in `unit`; `done` never falls within a phase. */
  readonly done: number;
  readonly total: number;
  readonly unit: 'bytes' | 'files' | 'frames' | 'seconds' | 'checks';
}

/** Hears of progress. Called often: must be cheap. */
export type ProgressListener = (event: ProgressEvent) => void;
