/** Names one run of one process, for ever: a process id alone is given again to another process. */
export interface ProcessId {
  /** The machine. Letters, digits, `.` and `-` only. */
  readonly host: string;
  readonly pid: number;
  /** When it began, in the system's own terms; with `pid` unique on the machine, also across restarts. Same letters. */
  readonly started: string;
}

/** What the store asks about processes: whose temporary file or lock is this, and can it still come back for it? */
export interface ProcessPort {
  readonly self: ProcessId;
  /** True also where it cannot be known (another machine): what may be in use is never taken away. */
  isAlive(id: ProcessId): Promise<boolean>;
}

const tokenPattern = /^([A-Za-z0-9.-]+)~([0-9]{1,10})~([A-Za-z0-9.-]+)$/;

/** Writes a process as part of a file name: `host~pid~started`. */
export function tokenOf(id: ProcessId): string {
  return `${id.host}~${id.pid}~${id.started}`;
}

/** Reads what {@link tokenOf} wrote; null for any other text. */
export function processFromToken(token: string): ProcessId | null {
  const [, host, pid, started] = tokenPattern.exec(token) ?? [];
  if (host === undefined || pid === undefined || started === undefined) return null;
  return { host, pid: Number(pid), started };
}

/** Tells whether two names mean the same run of the same process. */
export function sameProcess(a: ProcessId, b: ProcessId): boolean {
  return tokenOf(a) === tokenOf(b);
}
