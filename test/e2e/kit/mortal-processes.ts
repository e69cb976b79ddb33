import type { ProcessId, ProcessPort } from '@patchwork/store';

/** Processes of one machine that a test starts and kills without leaving its own. */
export interface MortalProcesses {
  start(): ProcessPort;
  kill(port: ProcessPort): void;
}

/** Makes a machine on which nothing runs yet. */
export function mortalProcesses(): MortalProcesses {
  const dead = new Set<string>();
  let started = 0;
  return {
    start: () => {
      const self: ProcessId = { host: 'machine', pid: 1000, started: `s${(started += 1)}` };
      return { self, isAlive: async (id) => id.host !== self.host || !dead.has(id.started) };
    },
    kill: (port) => {
      dead.add(port.self.started);
    },
  };
}
