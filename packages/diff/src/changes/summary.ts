import type { Change, ChangeKind } from './change.ts';
import { counted, signed } from './number-text.ts';

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
  enabled: 'switched clip',
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
  volume: 'gain change',
  pan: 'pan change',
  fade: 'fade change',
  route: 'route change',
  project: 'project setting',
  deliverable: 'deliverable setting',
  picture: 'picture change',
  metadata: 'metadata change',
};

/** More pushes than these are one item of the summary. */
const mostShifts = 6;
/** Of more things than these each is counted, none told: nobody reads further. */
const mostTold = 8;

/** One line: `1 insert, downstream 900 clips shifted +48`; `metadata only x3`; `no change`. */
export function summaryOf(changes: readonly Change[]): string {
  if (changes.length === 0) return 'no change';
  if (changes.every(({ kind }) => kind === 'metadata')) return `metadata only x${changes.length}`;
  const told = itemsOf(changes, tellName, groupText);
  return (told.length > mostTold ? itemsOf(changes, ({ kind }) => kind, countText) : told).join(', ');
}

function tellName({ kind, text }: Change): string {
  return kind === 'move' || kind === 'shift' ? `${kind} ${text}` : kind;
}

/** An item a group; many pushes are one. What shows comes before notes and marks. */
function itemsOf(
  changes: readonly Change[],
  nameOf: (change: Change) => string,
  textOf: (group: readonly Change[]) => string,
): string[] {
  const shifts = changes.filter(({ kind }) => kind === 'shift');
  const groups = new Map<string, Change[]>();
  const isNote = ({ kind }: Change): boolean => kind === 'metadata';
  for (const change of [...changes.filter((each) => !isNote(each)), ...changes.filter(isNote)]) {
    const name = change.kind === 'shift' && shifts.length > mostShifts ? 'shift' : nameOf(change);
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [change]);
    else group.push(change);
  }
  return [...groups.values()].map((group) =>
    group[0]?.kind === 'shift' && group.length > 1 ? shiftsText(group) : textOf(group),
  );
}

/** `72 runs of clips shifted by −13 to −1770`: after dozens of ripples nobody reads each. */
function shiftsText(shifts: readonly Change[]): string {
  const deltas = shifts.map(({ delta }) => delta ?? 0).toSorted((a, b) => Math.abs(a) - Math.abs(b));
  const [least, most] = [signed(deltas[0] ?? 0), signed(deltas.at(-1) ?? 0)];
  return `${shifts.length} runs of clips shifted by ${least}${least === most ? '' : ` to ${most}`}`;
}

function groupText(group: readonly Change[]): string {
  const [first] = group;
  if (first === undefined) return '';
  if (first.kind === 'move') return group.length === 1 ? `1 ${first.text}` : `${group.length} × ${first.text}`;
  if (group.length === 1 && spoken.has(first.kind)) return first.text;
  return countText(group);
}

function countText(group: readonly Change[]): string {
  const kind = group[0]?.kind ?? 'picture';
  return counted(group.length, nouns[kind] ?? kind.replace('-', ' '));
}
