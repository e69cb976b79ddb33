import type { Finding } from './proof.ts';

/** What a verification found. No findings: the file is whole. */
export interface Verdict {
  readonly findings: readonly Finding[];
  /** What was checked, in words. */
  readonly checks: readonly string[];
  /** What makes the file other than a clean render, though whole. */
  readonly notes: readonly string[];
  /** Bytes of the file that nothing plays any more: replaced pictures and indexes. Null where the file has no index. */
  readonly deadBytes: number | null;
}
