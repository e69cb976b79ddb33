import type { TextElement } from '../text-tree.ts';

/** One element as the three documents have it; null where one has it not. */
export interface ThreeElements {
  readonly base: TextElement | null;
  readonly ours: TextElement;
  readonly theirs: TextElement;
}

/** What a merge of documents has to know of its format. */
export interface XmlMergeRules {
  /** What an element is known by among its siblings, strongest first; a null means nothing. Always as many. */
  readonly identityOf: (element: TextElement, parent: TextElement) => readonly (string | null)[];
  /** Tells that elements of this name may stand several times beside each other: what both sides put in is both kept. */
  readonly repeats: (element: TextElement) => boolean;
  /** Tells that nothing of this parent is taken away while the other side holds it. */
  readonly isKept: (parent: TextElement) => boolean;
  /** Merges an element by its meaning; null where it is to be merged as text. */
  readonly byMeaning: (three: ThreeElements, parent: TextElement) => string | null;
  /** Tells that theirs is taken wherever both changed something, and that this is no clash. */
  readonly prefersTheirs: boolean;
  /** A value for an attribute that both sides changed; null: that is a conflict. */
  readonly settledAttribute: (element: TextElement, name: string, ours: string, theirs: string) => string | null;
}

/** Something in a document that both sides changed, and differently. */
export interface XmlClash {
  /** Where: `asset-clip "rushes"`. */
  readonly subject: string;
  /** `note`, `attribute value`, `deleted`. */
  readonly property: string;
  readonly ours: string;
  readonly theirs: string;
  /** Whose stands. */
  readonly kept: 'ours' | 'theirs';
}
