import { tagAttributes, withTagAttribute } from '../../xml/tag.ts';
import { textTree, type TextNode } from '../../xml/text-tree.ts';

/** Gives styles of titles whose ids occur twice in a document ids of their own: an id means one thing in all of it. */
export function withOwnStyleIds(text: string): string {
  const count = text.match(/<text-style-def[\s>]/g)?.length ?? 0;
  if (count < 2) return text;
  const taken = new Set<string>();
  let number = count;
  let isChanged = false;
  const spelled = (node: TextNode, names: ReadonlyMap<string, string>): string => {
    if (node.kind !== 'element') return node.text;
    const own = new Map(names);
    for (const part of node.parts) {
      if (part.kind !== 'element' || part.name !== 'text-style-def') continue;
      const id = tagAttributes(part.open).get('id') ?? '';
      let name = id;
      while (taken.has(name)) name = `ts${(number += 1)}`;
      taken.add(name);
      if (name !== id) isChanged = true;
      own.set(id, name);
    }
    const attribute = node.name === 'text-style' ? 'ref' : node.name === 'text-style-def' ? 'id' : null;
    const id = attribute === null ? undefined : own.get(tagAttributes(node.open).get(attribute) ?? '');
    const open = attribute === null || id === undefined ? node.open : withTagAttribute(node.open, attribute, id);
    return open + node.parts.map((part) => spelled(part, own)).join('') + node.close;
  };
  const result = spelled(textTree(text), new Map());
  return isChanged ? result : text;
}
