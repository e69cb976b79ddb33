import { mergeXmlText } from '../../xml/merge/merge-text.ts';
import { textTree } from '../../xml/text-tree.ts';
import { fcpxmlRules } from '../document/merge-rules.ts';
import { ResourceSpace } from '../document/resource-space.ts';

/** One document in three spellings. */
export interface Spellings {
  /** As it stands. */
  readonly standing: string;
  /** What it says now, as our writer spells it. */
  readonly before: string;
  /** What it is to say, as our writer spells it. */
  readonly after: string;
}

/** What stands, with the differences of the other two alone: all that did not change stays letter by letter. */
export function respelled({ standing, before, after }: Spellings): string {
  const space = new ResourceSpace();
  const [ours, theirs, base] = [standing, after, before].map((text) => textTree(space.enter(textTree(text)))) as [
    ReturnType<typeof textTree>,
    ReturnType<typeof textTree>,
    ReturnType<typeof textTree>,
  ];
  const rules = { ...fcpxmlRules(() => null), prefersTheirs: true };
  return mergeXmlText({ base, ours, theirs }, rules).text;
}
