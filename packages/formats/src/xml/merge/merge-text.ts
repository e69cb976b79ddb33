import { tagAttributes, withTagAttribute } from '../tag.ts';
import { withParts, type TextElement, type TextNode } from '../text-tree.ts';
import { entriesOf, hasText, pairEntries, pairNewEntries, type Entry } from './entries.ts';
import { merged } from './order.ts';
import type { ThreeElements, XmlClash, XmlMergeRules } from './rules.ts';

/** A merged document. */
export interface MergedText {
  readonly text: string;
  readonly clashes: readonly XmlClash[];
}

/**
 * Merges three spellings of one document, element by element: what one side alone changed is taken letter by letter. Where both changed
 * one thing, ours stands (the changed thing, where the other side took it away), a comment beside it holds the other, and it is a clash.
 */
export function mergeXmlText(three: ThreeElements, rules: XmlMergeRules): MergedText {
  const clashes: XmlClash[] = [];
  const text = new TextMerger(rules, clashes).content(three);
  return { text, clashes };
}

class TextMerger {
  readonly #rules: XmlMergeRules;
  readonly #clashes: XmlClash[];

  constructor(rules: XmlMergeRules, clashes: XmlClash[]) {
    this.#rules = rules;
    this.#clashes = clashes;
  }

  /** What stands between the tags. */
  content(three: ThreeElements): string {
    const { ours, theirs } = three;
    const lists = {
      base: three.base === null ? { entries: [], tail: '' } : entriesOf(three.base),
      ours: entriesOf(ours),
      theirs: entriesOf(theirs),
    };
    const own = pairEntries(lists.base.entries, lists.ours.entries, ours, this.#rules);
    const other = pairEntries(lists.base.entries, lists.theirs.entries, theirs, this.#rules);
    const entries = merged({
      base: lists.base.entries,
      ours: lists.ours.entries,
      theirs: lists.theirs.entries,
      own,
      other,
      both: pairNewEntries(
        lists.ours.entries.filter((entry) => !own.has(entry)),
        lists.theirs.entries.filter((entry) => !other.has(entry)),
        ours,
        this.#rules,
      ),
      merge: (base, one, two) => this.#entry(base, one, two, ours),
      only: (base, one, side) => this.#left(base, one, side, ours),
    });
    const isTailTheirs = lists.ours.tail === lists.base.tail || lists.ours.entries.length === 0;
    return entries.join('') + (isTailTheirs ? lists.theirs.tail : lists.ours.tail);
  }

  /** Something that both sides hold. */
  #entry(base: Entry | null, ours: Entry, theirs: Entry, parent: TextElement): string {
    const [b, o, t] = [base?.node ?? null, ours.node, theirs.node];
    if (o.text === t.text || (b !== null && t.text === b.text)) return ours.lead + o.text;
    if (b !== null && o.text === b.text) return ours.lead + t.text;
    if (o.kind !== 'element' || t.kind !== 'element') return ours.lead + o.text;
    const three = { base: b?.kind === 'element' ? b : null, ours: o, theirs: t };
    const known = this.#rules.byMeaning(three, parent);
    if (known !== null) return ours.lead + known;
    return ours.lead + this.#element(three);
  }

  /** Something of the base that one side took away. Null: it goes. */
  #left(base: Entry, { lead, node }: Entry, side: 'ours' | 'theirs', parent: TextElement): string | null {
    const isChanged = node.text !== base.node.text;
    if (!isChanged && !this.#rules.isKept(parent)) return null;
    if (!isChanged) return lead + node.text;
    if (this.#rules.prefersTheirs) return side === 'theirs' ? lead + node.text : null;
    const words = { ours: 'changed', theirs: 'changed', [side === 'ours' ? 'theirs' : 'ours']: 'deleted' };
    this.#clashes.push({
      subject: subjectOf(node),
      property: 'deleted',
      ours: words.ours,
      theirs: words.theirs,
      kept: side,
    });
    return `${lead}${node.text}${asComment(`${subjectOf(node)}: ours ${words.ours}, theirs ${words.theirs}; it is kept`)}`;
  }

  #element(three: ThreeElements): string {
    const { base, ours, theirs } = three;
    const lost: string[] = [];
    const clash = (property: string, own: string, other: string): void => {
      if (this.#rules.prefersTheirs) return;
      this.#clashes.push({ subject: subjectOf(ours), property, ours: own, theirs: other, kept: 'ours' });
      lost.push(property);
    };
    const open = this.#open(three, clash);
    const inner = ({ open: start, close, text }: TextElement): string =>
      text.slice(start.length, text.length - close.length);
    const [b, o, t] = [base === null ? null : inner(base), inner(ours), inner(theirs)];
    let content = o;
    if (o !== t && b === o) content = t;
    else if (o !== t && b !== t) {
      if ([base, ours, theirs].some((each) => each !== null && hasText(each))) {
        clash('text', o.trim(), t.trim());
        if (this.#rules.prefersTheirs) content = t;
      } else content = this.content(three);
    }
    const note = lost.length === 0 ? '' : asComment(`${subjectOf(ours)}: ours stands, theirs is ${theirs.text}`);
    return withParts(ours, open, content) + note;
  }

  #open({ base, ours, theirs }: ThreeElements, clash: (property: string, own: string, other: string) => void): string {
    if (theirs.open === base?.open || theirs.open === ours.open) return ours.open;
    const [before, own, other] = [base?.open ?? ours.open, ours.open, theirs.open].map(tagAttributes) as [
      ReadonlyMap<string, string>,
      ReadonlyMap<string, string>,
      ReadonlyMap<string, string>,
    ];
    let open = ours.open;
    for (const name of new Set([...own.keys(), ...other.keys()])) {
      const [b, o, t] = [before.get(name) ?? null, own.get(name) ?? null, other.get(name) ?? null];
      if (o === t || t === b) continue;
      if (o === b) {
        open = withTagAttribute(open, name, t);
        continue;
      }
      const settled = this.#rules.settledAttribute(ours, name, o ?? '', t ?? '');
      if (this.#rules.prefersTheirs) open = withTagAttribute(open, name, t);
      else if (settled === null) clash(name, o ?? 'taken away', t ?? 'taken away');
      else open = withTagAttribute(open, name, settled);
    }
    return open;
  }
}

/** An element for people: `asset-clip "rushes"`. */
function subjectOf(node: TextNode): string {
  if (node.kind !== 'element') return 'comment';
  const attributes = tagAttributes(node.open);
  const name = attributes.get('name') ?? attributes.get('value') ?? attributes.get('id');
  return name === undefined ? `<${node.name}>` : `<${node.name}> "${name}"`;
}

/** No comment holds two hyphens in a row. */
function asComment(words: string): string {
  return `<!-- MERGE CONFLICT ${words.replaceAll(/-(?=-|$)/g, '- ')} -->`;
}
