/**
 * JSON as read, spelling kept: numbers keep their lexeme (`24.0` is not `24`, integers beyond 2^53 lose nothing,
 * `NaN` and `Infinity` are allowed as OTIO writes them) and objects keep their key order, integer-like keys included.
 */
export type JsonValue = null | boolean | string | JsonNumber | JsonArray | JsonObject;

/** A number and how it was spelled. */
export interface JsonNumber {
  readonly type: 'number';
  readonly lexeme: string;
}

/** An array. */
export interface JsonArray {
  readonly type: 'array';
  readonly items: readonly JsonValue[];
}

/** An object: its members in file order. */
export interface JsonObject {
  readonly type: 'object';
  readonly entries: readonly (readonly [key: string, value: JsonValue])[];
}

/** `{}`. */
export const emptyObject: JsonObject = { type: 'object', entries: [] };
