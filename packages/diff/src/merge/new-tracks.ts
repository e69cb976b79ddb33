import { add, compare, secondsFromTime, zero, type Rational } from '@patchwork/time';
import { activeReferenceOrNull, isItem, trimmedRange, type Stack, type Track } from '@patchwork/timeline';
import type { Element } from './element.ts';

/** Kinds of tracks as stacks hold them, the lowest first. */
const kinds: readonly string[] = ['Video', 'Audio'];

/** Something that a track plays, and when. */
interface Played {
  readonly what: string;
  readonly from: Rational;
  readonly to: Rational;
}

/**
 * Orders the tracks that both sides put at one place of the stack: titles of one, titles of the other, music. Null where it matters which is
 * on top (pictures at one time), or where both may be the same thing (a clip on both sides).
 *
 *     base    V1                ours    V1 V2 (title at 10 s)
 *     theirs  V1 V2 (title at 50 s) A1              merged  V1 V2 V3 A1, the earlier title below
 */
export function orderedTracks(ours: readonly Element[], theirs: readonly Element[]): readonly Element[] | null {
  const all = [...ours, ...theirs].map(trackOf);
  if (all.some((track) => track === null)) return null;
  for (const one of ours) for (const other of theirs) if (!isApart(trackOf(one), trackOf(other))) return null;
  const present = [...new Set(all.map((track) => track?.trackKind ?? ''))];
  const order = [
    ...kinds.filter((kind) => present.includes(kind)),
    ...present.filter((kind) => !kinds.includes(kind)).toSorted(),
  ];
  return order.flatMap((kind) => {
    const [own, other] = [ours, theirs].map((list) => list.filter((element) => trackOf(element)?.trackKind === kind));
    const blocks = [own ?? [], other ?? []].toSorted(([a], [b]) => compareTracks(trackOf(a), trackOf(b)));
    return blocks.flat();
  });
}

/** Gives tracks that a merge put beside each other under one number (`V2`, `V2`) the next free one. */
export function withOwnTrackNames(stack: Stack, sides: readonly Stack[]): Stack {
  const isDoubled = (one: Stack, name: string): boolean =>
    one.children.filter((track) => track.name === name).length > 1;
  const taken = new Set(stack.children.map(({ name }) => name));
  const seen = new Set<string>();
  const children = stack.children.map((child) => {
    const [, letters = '', digits = ''] = /^([A-Za-z]+ ?)(\d{1,4})$/.exec(child.name) ?? [];
    const isKept = !seen.has(child.name) || digits === '' || sides.some((side) => isDoubled(side, child.name));
    seen.add(child.name);
    if (isKept) return child;
    let number = Number(digits);
    while (taken.has(`${letters}${number}`)) number += 1;
    const name = `${letters}${number}`;
    taken.add(name);
    seen.add(name);
    return { ...child, name };
  });
  return children.every((child, at) => child === stack.children[at]) ? stack : { ...stack, children };
}

function trackOf(element: Element | undefined): Track | null {
  const node = element?.nodes[0];
  return node?.kind === 'Track' && element?.base === null ? node : null;
}

function isApart(one: Track | null, other: Track | null): boolean {
  if (one === null || other === null) return false;
  if (one.trackKind !== other.trackKind) return true;
  const [a, b] = [playedOn(one), playedOn(other)];
  const isPicture = one.trackKind !== 'Audio';
  return a.every((x) =>
    b.every((y) => x.what !== y.what && !(isPicture && compare(x.from, y.to) < 0 && compare(y.from, x.to) < 0)),
  );
}

/** By what plays first, then by names. */
function compareTracks(one: Track | null, other: Track | null): number {
  if (one === null || other === null) return 0;
  const [a, b] = [playedOn(one), playedOn(other)];
  const [first, second] = [a[0], b[0]];
  if (first === undefined || second === undefined) return a.length - b.length;
  const order = compare(first.from, second.from);
  return order !== 0 ? order : first.what < second.what ? -1 : 1;
}

function playedOn(track: Track): Played[] {
  const played: Played[] = [];
  let at: Rational = zero;
  for (const child of track.children) {
    if (!isItem(child)) continue;
    const from = at;
    at = add(at, secondsFromTime(trimmedRange(child).duration));
    if (child.kind === 'Gap') continue;
    const reference = child.kind === 'Clip' ? activeReferenceOrNull(child) : null;
    const url = reference?.kind === 'ExternalReference' ? reference.targetUrl : '';
    played.push({ what: `${child.name} ${url}`, from, to: at });
  }
  return played;
}
