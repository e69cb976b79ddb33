import type { Json } from './json.ts';

/** What a {@link PatchworkError} carries besides its code and message. */
export interface ErrorParts {
  /** What the reader should do next, one sentence. Default: none. */
  readonly hint?: string;
  /** Machine-readable facts (file, frame, timecode, key), kept in `--json` output. Default: `{}`. */
  readonly details?: { readonly [key: string]: Json };
  /** The failure underneath, kept whole. */
  readonly cause?: unknown;
}

/**
 * Reports work that failed for a reason outside the program's own logic.
 * `code` is stable and public (`PW_<AREA>_<WHAT>`); `message` says what and where.
 */
export class PatchworkError extends Error {
  readonly code: string;
  readonly hint: string | null;
  readonly details: { readonly [key: string]: Json };

  constructor(code: string, message: string, parts: ErrorParts = {}) {
    super(message, parts.cause === undefined ? undefined : { cause: parts.cause });
    this.name = 'PatchworkError';
    this.code = code;
    this.hint = parts.hint ?? null;
    this.details = parts.details ?? {};
  }
}

/** Tells whether a caught value is a {@link PatchworkError}, also one from another copy of this package. */
export function isPatchworkError(value: unknown): value is PatchworkError {
  return (
    value instanceof Error && value.name === 'PatchworkError' && typeof (value as { code?: unknown }).code === 'string'
  );
}
