export { faultyFiles } from './faulty-files.ts';
export type { FaultPlan, FaultyFiles } from './faulty-files.ts';
export { fileError } from './file-error.ts';
export { nodeFiles } from './node-files.ts';
export { sha256, sha256OfFile, startSha256 } from './sha256.ts';
export { isTemporaryName, temporaryBeside, writeAtomically } from './write-atomically.ts';
