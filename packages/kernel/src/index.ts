export { PatchworkError, isPatchworkError } from './error.ts';
export type { ErrorParts } from './error.ts';
export { canonicalJson } from './json.ts';
export type { Json } from './json.ts';
export { isDigest } from './digest.ts';
export type { Digest, Sha256 } from './digest.ts';
export type { Diagnostic, Severity } from './diagnostic.ts';
export type { FilePort, FileStat, OpenFile } from './file-port.ts';
