/** A SHA-256 digest: 64 lower-case hexadecimal characters. The one digest of the project. */
export type Digest = string;

/**
 * Computes SHA-256. Text is hashed as UTF-8. Pure packages take it as a parameter;
 * the adapter on `node:crypto` is `sha256` of `@patchwork/files`.
 */
export type Sha256 = (data: string | Uint8Array) => Digest;

const digestPattern = /^[0-9a-f]{64}$/;

/** Tells whether a text has the form of a {@link Digest}. */
export function isDigest(text: string): text is Digest {
  return digestPattern.test(text);
}
