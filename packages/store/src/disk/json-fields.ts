import type { FileStat, Json } from '@patchwork/kernel';

/** A JSON object of which nothing is known yet. */
export interface Fields {
  readonly [key: string]: Json;
}

/** Reads a stat tuple; null when it is none. */
export function fileStatFrom(value: Json | undefined): FileStat | null {
  if (!isFields(value)) return null;
  const { dev, ino, size, mtimeNs, ctimeNs, isDirectory } = value;
  if (!isText(dev) || !isText(ino) || !isText(mtimeNs) || !isText(ctimeNs)) return null;
  if (!isWhole(size) || typeof isDirectory !== 'boolean') return null;
  return { dev, ino, size, mtimeNs, ctimeNs, isDirectory };
}

/** Tells whether a value is a JSON object. */
export function isFields(value: Json | undefined): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Tells whether a value is a string of the form asked for. Default: of any. */
export function isText(value: Json | undefined, form: (text: string) => boolean = () => true): value is string {
  return typeof value === 'string' && form(value);
}

/** Tells whether a value is a whole number that a double holds exactly. */
export function isWhole(value: Json | undefined): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value);
}

/** Tells whether a value is a list of which every item passes. */
export function isListOf(value: Json | undefined, test: (item: Json) => boolean): boolean {
  return Array.isArray(value) && (value as readonly Json[]).every(test);
}
