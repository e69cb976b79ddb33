import type { Json } from '@patchwork/kernel';
import { isJsonObject, member, plainJson, type JsonObject } from '@patchwork/timeline';

/** What a format keeps in a node's metadata, as plain values; empty when it keeps nothing. */
export function keptIn(metadata: JsonObject, format: string): { readonly [key: string]: Json } {
  const kept = member(metadata, format);
  return isJsonObject(kept) ? (plainJson(kept) as { readonly [key: string]: Json }) : {};
}

/** A text among kept values, or null. */
export function keptText(kept: { readonly [key: string]: Json }, name: string): string | null {
  const value = kept[name];
  return typeof value === 'string' ? value : null;
}

/** A list of texts among kept values; empty where there is none. */
export function keptTexts(kept: { readonly [key: string]: Json }, name: string): string[] {
  const value = kept[name];
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}

/** An object among kept values; empty where there is none. */
export function keptObject(kept: { readonly [key: string]: Json }, name: string): { readonly [key: string]: Json } {
  const value = kept[name];
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as { readonly [key: string]: Json })
    : {};
}

/** The name that linked items share, or null. */
export function linkOf(metadata: JsonObject): string | null {
  const link = member(metadata, 'patchwork', 'link');
  return typeof link === 'string' ? link : null;
}

/** The objects of a list among kept values; empty where there is none. */
export function keptObjects(kept: { readonly [key: string]: Json }, name: string): { readonly [key: string]: Json }[] {
  const value = kept[name];
  if (!Array.isArray(value)) return [];
  return value.map((item: Json) =>
    typeof item === 'object' && item !== null && !Array.isArray(item) ? (item as { readonly [key: string]: Json }) : {},
  );
}
