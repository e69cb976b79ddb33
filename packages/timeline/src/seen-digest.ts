import type { Digest } from '@patchwork/kernel';
import type { Unmodelled } from './unmodelled.ts';

/** What a program keeps beside the edit, and shows us as digests alone. */
export type SeenDomain = 'grade' | 'fusion' | 'effects';

/** Whose it is: one clip's, a colour group's, or the whole timeline's. */
export type SeenLevel = 'clip' | 'group' | 'timeline';

/** Something visible that is known by its digest: equal digests look equal, as far as the program's file can tell. */
export interface SeenDigest {
  readonly domain: SeenDomain;
  readonly level: SeenLevel;
  readonly digest: Digest;
}

const form = /^seen (grade|fusion|effects) (clip|group|timeline) ([0-9a-f]{64})$/;

/** The digest as a thing that is not modelled, so that it enters the frame keys. `label` is for people: `grade`. */
export function seenThing({ domain, level, digest }: SeenDigest, label: string): Unmodelled {
  return { label, content: `seen ${domain} ${level} ${digest}` };
}

/** The digest that the content of an unmodelled thing stands for; null where it says itself what it is. */
export function seenDigestOf(content: string): SeenDigest | null {
  const match = form.exec(content);
  if (match === null) return null;
  const [, domain, level, digest] = match;
  return { domain: domain as SeenDomain, level: level as SeenLevel, digest: digest ?? '' };
}
