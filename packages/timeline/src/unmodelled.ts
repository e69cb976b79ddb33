import { isJsonObject, member, withMember } from './json/json-member.ts';
import type { JsonValue } from './json-value.ts';
import type { TimelineNode } from './model.ts';

/** Something that a reader met, could not say in the model, and that may be visible. */
export interface Unmodelled {
  /** For people: `filter "Gaussian Blur"`. Never enters a key. */
  readonly label: string;
  /** Canonical: ids resolved, attributes sorted. Enters the frame keys. */
  readonly content: string;
}

const path = ['patchwork', 'unmodelled'] as const;

/** What stands in `metadata.patchwork.unmodelled` of a node; empty for nothing. */
export function unmodelledOf(node: TimelineNode): readonly Unmodelled[] {
  const list = member(node.metadata, ...path);
  if (typeof list !== 'object' || list === null || list.type !== 'array') return [];
  return list.items.map((item) => {
    const label = member(item, 'label');
    const content = member(item, 'content');
    // An entry of another form still is something that may be visible.
    return isJsonObject(item) && typeof label === 'string' && typeof content === 'string'
      ? { label, content }
      : { label: 'unmodelled item', content: JSON.stringify(item) };
  });
}

/** The node with its list of unmodelled things replaced; an empty list removes it. */
export function withUnmodelled<T extends TimelineNode>(node: T, list: readonly Unmodelled[]): T {
  const items = list.map((entry): JsonValue => ({
    type: 'object',
    entries: [
      ['label', entry.label],
      ['content', entry.content],
    ],
  }));
  return {
    ...node,
    metadata: withMember(node.metadata, path, items.length === 0 ? undefined : { type: 'array', items }),
  };
}
