export { memoryDisk } from './memory-disk.ts';
export type { MemoryDisk, Mishap } from './memory-disk.ts';
export { fakeProcesses } from './fake-processes.ts';
export type { FakeProcesses } from './fake-processes.ts';
export { keyOf, sampleChunk } from './sample-chunks.ts';
export type { SampleChunk } from './sample-chunks.ts';
export { sampleFilm } from './sample-entry.ts';
export type { SampleFilm } from './sample-entry.ts';
