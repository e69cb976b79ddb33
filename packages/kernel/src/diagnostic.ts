/** How much a {@link Diagnostic} matters: an `error` blocks rendering, a `warning` may show, a `note` informs. */
export type Severity = 'error' | 'warning' | 'note';

/** Something odd found in content. The content can still be used; nothing was dropped without one of these. */
export interface Diagnostic {
  /** Stable and public, `PW_<AREA>_<WHAT>`. */
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** Where: `file:line:col`, a path in the tree (`V1 / clip m06`), a timecode; null when the whole content is meant. */
  readonly where: string | null;
  /** What the reader may do; null for nothing. */
  readonly hint: string | null;
}
