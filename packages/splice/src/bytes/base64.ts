/** Decodes base64. @throws TypeError when the text is not base64. */
export function bytesFromBase64(text: string): Uint8Array {
  const bytes = new Uint8Array(Buffer.from(text, 'base64'));
  if (base64FromBytes(bytes).replace(/=+$/, '') !== text.replace(/=+$/, '')) {
    throw new TypeError('bytesFromBase64: the text is not base64');
  }
  return bytes;
}

/** Encodes bytes as base64. */
export function base64FromBytes(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
