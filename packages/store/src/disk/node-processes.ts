import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import process from 'node:process';
import type { ProcessId, ProcessPort } from './process-port.ts';

/**
 * The processes of this machine. On Linux a process is known by its id, its start in clock ticks and the boot it belongs
 * to, so a lock of a dead process is never taken for one of a later process with the same id. Elsewhere the id alone
 * decides: a stale lock may then look alive until the other process with its id ends.
 */
export function nodeProcesses(): ProcessPort {
  const host = fileNameLetters(`${hostname()}${containerSuffix()}`);
  const started = startedOnLinux(process.pid) ?? `t${Math.round(Date.now() - process.uptime() * 1000)}`;
  const self: ProcessId = { host, pid: process.pid, started };
  return {
    self,
    isAlive: async (id) => {
      if (id.host !== host) return true;
      if (startedOnLinux(process.pid) !== null) return startedOnLinux(id.pid) === id.started;
      return answersToSignal(id.pid);
    },
  };
}

/**
 * A container may bear its host's name, and see none of its processes: it counts as a machine of its own. The number is
 * the kernel's constant for the first namespace (`PROC_PID_INIT_INO`).
 */
function containerSuffix(): string {
  try {
    const namespace = /[0-9]+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0] ?? '';
    return namespace === '4026531836' ? '' : `-${namespace}`;
  } catch (error) {
    if (isSystemError(error)) return '';
    throw error;
  }
}

function fileNameLetters(text: string): string {
  return text.replaceAll(/[^A-Za-z0-9.-]/g, '-') || 'unnamed';
}

/** Null where there is no /proc, where no such process is, and for a zombie: it can do nothing any more. */
function startedOnLinux(pid: number): string | null {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').slice(0, 8);
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the command in parentheses, which may hold spaces and parentheses itself.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state] = fields;
    const ticks = fields[19];
    if (state === 'Z' || state === 'X' || ticks === undefined) return null;
    return `${boot}-${ticks}`;
  } catch (error) {
    if (isSystemError(error)) return null;
    throw error;
  }
}

function answersToSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is one, of another user.
    return isSystemError(error) && error.code === 'EPERM';
  }
}

function isSystemError(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string';
}
