import type { Change, ChangeKind } from './change.ts';
import { counted } from './number-text.ts';

/** Kinds whose own words say more than a count when there is one of them. */
const spoken: ReadonlySet<ChangeKind> = new Set<ChangeKind>([
  'shift',
  'split',
  'join',
  'retime',
  'content',
  'relink',
  'project',
  'opacity',
  'transform',
  'volume',
  'transition',
  'track',
  'title',
  'enabled',
  'crop',
  'composite',
  'conform',
  'pan',
  'fade',
  'grade',
  'fusion',
  'compound',
  'deliverable',
]);

/** Kinds that are no nouns of their own: `2 opacity changes`. */
const nouns: Partial<Record<ChangeKind, string>> = {
  replace: 'replacement',
  version: 'new version',
  relink: 'relink',
  content: 'content change',
  extend: 'handle overrun',
  enabled: 'enabled change',
  opacity: 'opacity change',
  transform: 'transform change',
  crop: 'crop change',
  composite: 'composite change',
  conform: 'conform change',
  effect: 'effect change',
  title: 'title change',
  grade: 'grade change',
  fusion: 'Fusion change',
  unmodelled: 'unmodelled change',
  'burn-in': 'burn-in change',
  transition: 'transition change',
  track: 'track change',
  interpretation: 'interpretation change',
  compound: 'compound change',
  volume: 'volume change',
  pan: 'pan change',
  fade: 'fade change',
  route: 'route change',
  project: 'project setting',
  deliverable: 'deliverable setting',
  picture: 'picture change',
};

/** One line: `1 insert, downstream 900 clips shifted +48`; `metadata only x3`; `no change`. */
export function summaryOf(changes: readonly Change[]): string {
  if (changes.length === 0) return 'no change';
  if (changes.every(({ kind }) => kind === 'metadata')) return `metadata only x${changes.length}`;
  const groups = new Map<string, Change[]>();
  for (const change of changes) {
    const name =
      change.kind === 'move' ? `move ${change.text}` : change.kind === 'shift' ? `shift ${change.text}` : change.kind;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [change]);
    else group.push(change);
  }
  return [...groups.values()].map(groupText).join(', ');
}

function groupText(group: readonly Change[]): string {
  const [first] = group;
  if (first === undefined) return '';
  if (first.kind === 'move') return group.length === 1 ? `1 ${first.text}` : `${group.length} × ${first.text}`;
  if (group.length === 1 && spoken.has(first.kind)) return first.text;
  if (first.kind === 'metadata') return `${group.length} metadata only`;
  return counted(group.length, nouns[first.kind] ?? first.kind.replace('-', ' '));
}
