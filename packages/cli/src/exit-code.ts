/** What a command's exit tells a script: see DESIGN, "Command line". */
export type ExitCode = 0 | 1 | 2 | 3 | 4 | 5;

/** Error codes that mean more than plain failure (1). */
const special: ReadonlyMap<string, ExitCode> = new Map([
  ['PW_FULL_REQUIRED', 2],
  ['PW_MIXED_UNSUPPORTED', 2],
  ['PW_UNKNOWN_REFUSED', 3],
  ['PW_ADOPT_MISMATCH', 5],
  ['PW_VERIFY_FAILED', 5],
  ['PW_PROOF_FAILED', 5],
]);

/** The exit code of a failure. */
export function exitCodeOf(errorCode: string): ExitCode {
  return special.get(errorCode) ?? 1;
}
