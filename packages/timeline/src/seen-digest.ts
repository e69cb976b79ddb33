import type { Digest } from '@patchwork/kernel';
import { isJsonObject, member, withMember } from './json/json-member.ts';
import type { Composable, Timeline } from './model.ts';
import { unmodelledOf, withUnmodelled, type Unmodelled } from './unmodelled.ts';

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

/** The timeline without digests: what is left is what its file says. The same object where there are none. */
export function withoutSeenThings(timeline: Timeline): Timeline {
  const change = (node: Composable): Composable => {
    const own = withoutOwn(node);
    if (own.kind !== 'Track' && own.kind !== 'Stack') return own;
    const children = own.children.map(change);
    return children.every((child, index) => child === own.children[index]) ? own : { ...own, children };
  };
  const tracks = change(timeline.tracks);
  const isSame = tracks === timeline.tracks || tracks.kind !== 'Stack';
  return withoutOwn(isSame ? timeline : { ...timeline, tracks });
}

function withoutOwn<T extends Composable | Timeline>(node: T): T {
  const things = unmodelledOf(node);
  const kept = things.filter(({ content }) => seenDigestOf(content) === null);
  if (kept.length === things.length) return node;
  const bare = withUnmodelled(node, kept);
  const own = member(bare.metadata, 'patchwork');
  const isEmpty = isJsonObject(own) && own.entries.length === 0;
  return isEmpty ? { ...bare, metadata: withMember(bare.metadata, ['patchwork'], undefined) } : bare;
}
