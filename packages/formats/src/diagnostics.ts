import type { Diagnostic, Severity } from '@patchwork/kernel';
import type { Position } from './xml/element.ts';

/** A moment of the record, spelled as timecode when a remark is made of it: most never are. */
export interface Moment {
  /** Null at rates that have no timecode. */
  timecode(): string | null;
}

/** What a reader says about one place. */
export interface Remark {
  readonly code: string;
  readonly severity: Severity;
  readonly message: string;
  /** In the file; null when the whole file is meant. */
  readonly at: Position | null;
  /** Record timecode; null where there is none. */
  readonly timecode?: Moment | string | null;
  readonly hint?: string;
}

/** More than this and a file is broken throughout: the rest is counted, not listed. */
const maxDiagnostics = 5000;

/** Collects what a reader has to say, each with file, line and timecode. */
export class Remarks {
  readonly #fileName: string;
  readonly area: string;
  readonly #list: Diagnostic[] = [];
  #leftOut = 0;
  #leftOutErrors = 0;

  /** `area` is the middle of the codes of what all readers share: `PW_<area>_LENGTH`. */
  constructor(fileName: string, area: string) {
    this.#fileName = fileName;
    this.area = area;
  }

  get fileName(): string {
    return this.#fileName;
  }

  /** `file:line:column` of a position. */
  place(at: Position | null): string {
    return at === null ? this.#fileName : `${this.#fileName}:${at.line}:${at.column}`;
  }

  add(remark: Remark): void {
    if (this.#list.length >= maxDiagnostics) {
      this.#leftOut += 1;
      if (remark.severity === 'error') this.#leftOutErrors += 1;
      return;
    }
    const { timecode: at = null } = remark;
    const timecode = typeof at === 'object' ? (at?.timecode() ?? null) : at;
    this.#list.push({
      code: remark.code,
      severity: remark.severity,
      message: remark.message,
      where: `${this.place(remark.at)}${timecode === null ? '' : ` @ ${timecode}`}`,
      hint: remark.hint ?? null,
    });
  }

  /** Takes over diagnostics of another step. */
  addAll(diagnostics: readonly Diagnostic[]): void {
    this.#list.push(...diagnostics);
  }

  /** Everything said, in file order; a last one counts what was left out. */
  all(): Diagnostic[] {
    if (this.#leftOut === 0) return [...this.#list];
    const last: Diagnostic = {
      code: 'PW_READ_MORE',
      severity: this.#leftOutErrors > 0 ? 'error' : 'warning',
      message: `${this.#leftOut} more remarks are not listed (${this.#leftOutErrors} errors)`,
      where: this.#fileName,
      hint: null,
    };
    return [...this.#list, last];
  }
}
