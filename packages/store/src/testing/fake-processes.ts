import { sameProcess, type ProcessId, type ProcessPort } from '../disk/process-port.ts';

/** Processes that live and die as a test wants. */
export interface FakeProcesses {
  /** Starts one, and gives its view of the others. */
  start(): ProcessPort;
  kill(port: ProcessPort): void;
}

/** Makes a machine without processes. */
export function fakeProcesses(host = 'machine'): FakeProcesses {
  const living: ProcessId[] = [];
  let started = 0;
  return {
    start: () => {
      // The same process id every time: the start is what tells runs apart.
      const self: ProcessId = { host, pid: 100 + (started % 2), started: `s${(started += 1)}` };
      living.push(self);
      return {
        self,
        isAlive: async (id) => id.host !== host || living.some((each) => sameProcess(each, id)),
      };
    },
    kill: (port) => {
      const place = living.findIndex((each) => sameProcess(each, port.self));
      if (place !== -1) living.splice(place, 1);
    },
  };
}
