import type { Entry } from './entries.ts';

/** Three lists of one element's content, and which entry is which. */
export interface ThreeLists {
  readonly base: readonly Entry[];
  readonly ours: readonly Entry[];
  readonly theirs: readonly Entry[];
  /** The base's entry of an entry of ours, and of theirs. */
  readonly own: ReadonlyMap<Entry, Entry>;
  readonly other: ReadonlyMap<Entry, Entry>;
  /** What both put in: our entry of an entry of theirs. */
  readonly both: ReadonlyMap<Entry, Entry>;
  /** The text of what both sides hold. */
  readonly merge: (base: Entry | null, ours: Entry, theirs: Entry) => string;
  /** The text of what one side took away and the other one holds; null: it goes. */
  readonly only: (base: Entry, left: Entry, side: 'ours' | 'theirs') => string | null;
}

interface Standing {
  readonly ours: Entry | null;
  readonly theirs: Entry | null;
  readonly text: string;
  /** Put in by one side alone. */
  readonly isNew: boolean;
}

/** The texts of a merged list, in order: that of the side which changed it, with what the other one put in behind what stands before it there. */
export function merged(lists: ThreeLists): string[] {
  const { base, ours, theirs, own, other, both } = lists;
  const isTheirs = isReordered(base, theirs, other) && !isReordered(base, ours, own);
  const oursOf = turned(own);
  const theirsOf = turned(other);
  const fresh = turned(both);
  const standingOurs = (entry: Entry): Standing | null => {
    const known = own.get(entry);
    const partner = (known === undefined ? fresh.get(entry) : theirsOf.get(known)) ?? null;
    if (partner !== null)
      return { ours: entry, theirs: partner, text: lists.merge(known ?? null, entry, partner), isNew: false };
    const text = known === undefined ? entry.lead + entry.node.text : lists.only(known, entry, 'ours');
    return text === null ? null : { ours: entry, theirs: null, text, isNew: known === undefined };
  };
  const standingTheirs = (entry: Entry): Standing | null => {
    const known = other.get(entry);
    const partner = known === undefined ? both.get(entry) : oursOf.get(known);
    if (partner !== undefined) return standingOurs(partner);
    const text = known === undefined ? entry.lead + entry.node.text : lists.only(known, entry, 'theirs');
    return text === null ? null : { ours: null, theirs: entry, text, isNew: known === undefined };
  };
  const [first, second] = isTheirs
    ? [
        theirs.map(standingTheirs),
        ours.map((entry) => (isAlone(entry, own, fresh, theirsOf) ? standingOurs(entry) : null)),
      ]
    : [
        ours.map(standingOurs),
        theirs.map((entry) => (isAlone(entry, other, both, oursOf) ? standingTheirs(entry) : null)),
      ];
  const result = first.filter((one) => one !== null);
  const list = isTheirs ? ours : theirs;
  second.forEach((one, at) => {
    if (one !== null) result.splice(placeFor(result, list, at, isTheirs ? 'ours' : 'theirs', one), 0, one);
  });
  return result.map(({ text }) => text);
}

function isAlone(
  entry: Entry,
  known: ReadonlyMap<Entry, Entry>,
  fresh: ReadonlyMap<Entry, Entry>,
  partners: ReadonlyMap<Entry, Entry>,
): boolean {
  const base = known.get(entry);
  return base === undefined ? !fresh.has(entry) : !partners.has(base);
}

/** Behind what stands before it on its own side; of new things at one place the lower text first, whoever is ours. */
function placeFor(
  result: readonly Standing[],
  list: readonly Entry[],
  at: number,
  side: 'ours' | 'theirs',
  one: Standing,
): number {
  let place = 0;
  for (let before = at - 1; before >= 0; before -= 1) {
    const found = result.findIndex((each) => each[side] === list[before]);
    if (found === -1) continue;
    place = found + 1;
    break;
  }
  while (result[place]?.isNew === true && result[place]?.[side] === null && (result[place]?.text ?? '') < one.text)
    place += 1;
  return place;
}

function isReordered(base: readonly Entry[], side: readonly Entry[], known: ReadonlyMap<Entry, Entry>): boolean {
  const placeOf = new Map(base.map((entry, at) => [entry, at]));
  let last = -1;
  for (const entry of side) {
    const found = known.get(entry);
    const at = found === undefined ? undefined : placeOf.get(found);
    if (at === undefined) continue;
    if (at < last) return true;
    last = at;
  }
  return false;
}

function turned(pairs: ReadonlyMap<Entry, Entry>): Map<Entry, Entry> {
  return new Map([...pairs].map(([a, b]) => [b, a]));
}
