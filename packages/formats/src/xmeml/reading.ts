import { PatchworkError } from '@patchwork/kernel';
import type { Remarks } from '../diagnostics.ts';
import { attribute, attributePairs, childElements, countElements, type XmlElement } from '../xml/element.ts';
import { definitionsOf } from './values.ts';

/** Which program wrote a document: it decides how some numbers are meant. */
export type XmemlProducer = 'premiere' | 'resolve' | 'fcp7';

/** Marks that Final Cut Pro 7 leaves and Resolve, which writes version 5 as well, does not. */
const finalCutNames: ReadonlySet<string> = new Set(['updatebehavior', 'itemhistory', 'appspecificdata']);

function producerOf(root: XmlElement): XmemlProducer {
  let isFinalCut = false;
  const isPremiere = (element: XmlElement): boolean => {
    if (finalCutNames.has(element.name)) isFinalCut = true;
    return (
      element.name === 'pproTicksIn' ||
      attributePairs(element).some(([name]) => /^(?:MZ\.|TL\.|premiere)/.test(name)) ||
      childElements(element).some(isPremiere)
    );
  };
  if (isPremiere(root)) return 'premiere';
  return attribute(root, 'version') === '5' && !isFinalCut ? 'resolve' : 'fcp7';
}

/** What the reading of one document shares. */
export class XmemlReading {
  readonly remarks: Remarks;
  readonly producer: XmemlProducer;
  readonly definitions: ReadonlyMap<string, XmlElement>;
  readonly #maxItems: number;
  readonly #open: XmlElement[] = [];
  #items = 0;

  constructor(remarks: Remarks, root: XmlElement) {
    this.remarks = remarks;
    this.producer = producerOf(root);
    this.definitions = definitionsOf(root, new Set(['file', 'sequence', 'clipitem', 'clip']));
    this.#maxItems = 20_000 + 8 * countElements(root);
  }

  /** Counts an item. @throws PW_XMEML_SIZE */
  countItem(element: XmlElement): void {
    this.#items += 1;
    if (this.#items <= this.#maxItems) return;
    throw new PatchworkError(
      'PW_XMEML_SIZE',
      `${this.remarks.place(element.position)}: more than ${this.#maxItems} clips, nested sequences unfolded`,
      {
        hint: 'Export the sequences one by one.',
        details: { file: this.remarks.fileName },
      },
    );
  }

  /** The full definition of an element that may be named by id only. */
  resolve(element: XmlElement | null): XmlElement | null {
    if (element === null) return null;
    const id = attribute(element, 'id');
    return (id === null ? undefined : this.definitions.get(`${element.name} ${id}`)) ?? element;
  }

  /** Reads inside a nested sequence; null where it holds itself or nests too deep. */
  inside<T>(sequence: XmlElement, read: () => T): T | null {
    if (this.#open.includes(sequence) || this.#open.length >= 32) return null;
    this.#open.push(sequence);
    try {
      return read();
    } finally {
      this.#open.pop();
    }
  }
}
