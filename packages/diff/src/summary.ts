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
]);

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
  return counted(group.length, first.kind.replace('-', ' '));
}
