import type { Diagnostic, Severity } from '@patchwork/kernel';

/** Collects what a writer could not say in its format. */
export class NotSaid {
  readonly #list: Diagnostic[] = [];

  /** `where` is a path in the timeline: `V2 / clip m06 @ 01:00:10:00`. */
  add(code: string, severity: Severity, message: string, where: string | null, hint: string | null = null): void {
    this.#list.push({ code, severity, message, where, hint });
  }

  all(): readonly Diagnostic[] {
    return this.#list;
  }
}
