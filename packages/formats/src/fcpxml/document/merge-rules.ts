import { tagAttributes } from '../../xml/tag.ts';
import type { TextElement } from '../../xml/text-tree.ts';
import type { XmlMergeRules } from '../../xml/merge/rules.ts';

/** Elements of which one parent has one. */
const single: ReadonlySet<string> = new Set([
  'fcpxml',
  'resources',
  'import-options',
  'library',
  'sequence',
  'multicam',
  'spine',
  'metadata',
  'note',
  'bookmark',
  'timeMap',
  'conform-rate',
  'text',
  'info-asc-cdl',
  'object-tracker',
]);

/** How FCPXML around its projects is merged. Sequences are for `byMeaning`. */
export function fcpxmlRules(byMeaning: XmlMergeRules['byMeaning']): XmlMergeRules {
  return {
    identityOf,
    repeats: (element) => {
      const { name, open } = element;
      return !single.has(name) && !name.startsWith('adjust-') && name !== 'md' && !tagAttributes(open).has('id');
    },
    isKept: (parent) => parent.name === 'resources',
    // A bookmark is a path on the machine that exported.
    byMeaning: (three, parent) => (three.ours.name === 'bookmark' ? three.ours.text : byMeaning(three, parent)),
    prefersTheirs: false,
    settledAttribute,
  };
}

function identityOf(element: TextElement, parent: TextElement): readonly (string | null)[] {
  const attributes = tagAttributes(element.open);
  const value = (name: string): string | null => attributes.get(name) ?? null;
  const joined = (...names: readonly string[]): string | null =>
    names.every((name) => attributes.has(name)) ? names.map(value).join(' ') : null;
  return [
    parent.name === 'resources' ? value('id') : null,
    value('uid'),
    joined('name', 'ref', 'start', 'duration'),
    joined('name', 'ref', 'start'),
    joined('name', 'ref', 'duration'),
    joined('name', 'ref'),
    joined('name', 'key'),
    joined('start', 'value'),
    value('key'),
    value('name'),
    value('src'),
    value('ref'),
  ];
}

function settledAttribute({ name }: TextElement, attribute: string, ours: string, theirs: string): string | null {
  // Stamps of the exporting machine: they say nothing of the film.
  if (name === 'library' && attribute === 'location') return ours;
  if (attribute === 'modDate') return ours > theirs ? ours : theirs;
  if (name === 'fcpxml' && attribute === 'version') return minor(ours) > minor(theirs) ? ours : theirs;
  return null;
}

function minor(version: string): number {
  return Number(/^1\.(\d{1,2})$/.exec(version)?.[1] ?? -1);
}
