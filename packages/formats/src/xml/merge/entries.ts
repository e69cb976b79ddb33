import type { TextElement, TextNode } from '../text-tree.ts';
import type { XmlMergeRules } from './rules.ts';

/** An element or comment in a list, with the white space before it. */
export interface Entry {
  readonly lead: string;
  readonly node: TextNode;
}

/** Tells that characters stand between an element's tags: then its content is one thing. */
export function hasText(element: TextElement): boolean {
  return element.parts.some(({ kind, text }) => kind === 'run' && text.trim() !== '');
}

/** The content of an element that has no text, and the white space at its end. */
export function entriesOf(element: TextElement): { readonly entries: readonly Entry[]; readonly tail: string } {
  const entries: Entry[] = [];
  let lead = '';
  for (const node of element.parts) {
    if (node.kind === 'run') lead += node.text;
    else {
      entries.push({ lead, node });
      lead = '';
    }
  }
  return { entries, tail: lead };
}

/** Finds which entry is which: those that say the same, then those of one identity, then those that have none by their name. One to one. */
export function pairEntries(
  base: readonly Entry[],
  side: readonly Entry[],
  parent: TextElement,
  rules: XmlMergeRules,
): ReadonlyMap<Entry, Entry> {
  return pairs(base, side, parent, rules, () => true);
}

/** What both sides put in: of things that may stand several times only those that say the same are one. */
export function pairNewEntries(
  ours: readonly Entry[],
  theirs: readonly Entry[],
  parent: TextElement,
  rules: XmlMergeRules,
): ReadonlyMap<Entry, Entry> {
  return pairs(ours, theirs, parent, rules, (element) => !rules.repeats(element));
}

function pairs(
  base: readonly Entry[],
  side: readonly Entry[],
  parent: TextElement,
  rules: XmlMergeRules,
  isKnown: (element: TextElement) => boolean,
): ReadonlyMap<Entry, Entry> {
  const found = new Map<Entry, Entry>();
  const taken = new Set<Entry>();
  const pairBy = (keyOf: (entry: Entry) => string | null): void => {
    const waiting = new Map<string, { readonly entries: Entry[]; next: number }>();
    for (const entry of base) {
      const key = taken.has(entry) ? null : keyOf(entry);
      if (key === null) continue;
      const queue = waiting.get(key);
      if (queue === undefined) waiting.set(key, { entries: [entry], next: 0 });
      else queue.entries.push(entry);
    }
    for (const entry of side) {
      const key = found.has(entry) ? null : keyOf(entry);
      const queue = key === null ? undefined : waiting.get(key);
      const partner = queue?.entries[queue.next];
      if (queue === undefined || partner === undefined) continue;
      queue.next += 1;
      found.set(entry, partner);
      taken.add(partner);
    }
  };
  pairBy(({ node }) => node.text);
  const levels = levelsOf([...base, ...side], parent, rules);
  for (let level = 0; level < levels; level += 1) {
    pairBy(({ node }) => {
      const identity = node.kind === 'element' && isKnown(node) ? rules.identityOf(node, parent)[level] : undefined;
      return identity == null ? null : `${node.kind === 'element' ? node.name : ''} ${identity}`;
    });
  }
  const isNamed = (element: TextElement): boolean => rules.identityOf(element, parent).some((each) => each !== null);
  pairBy(({ node }) => (node.kind === 'element' && !rules.repeats(node) && !isNamed(node) ? node.name : null));
  return found;
}

function levelsOf(entries: readonly Entry[], parent: TextElement, rules: XmlMergeRules): number {
  for (const { node } of entries) if (node.kind === 'element') return rules.identityOf(node, parent).length;
  return 0;
}
