const digest = /\b([0-9a-f]{12})[0-9a-f]{52}\b/g;

/** Shortens the digests in a text to their first 12 hex digits: people compare no 64. The JSON report holds them whole. */
export function shortDigests(text: string): string {
  return text.replaceAll(digest, '$1…');
}
