/** How much a reader accepts before it takes a file for an attack or a mistake. */
export interface JsonLimits {
  /** Nested arrays and objects. */
  readonly depth: number;
  /** UTF-16 code units of the whole text. */
  readonly length: number;
}

/** Depth 512, 400 million characters: more than any timeline, less than what exhausts the stack or the memory. */
export const defaultJsonLimits: JsonLimits = { depth: 512, length: 400_000_000 };
