import { PatchworkError } from '@patchwork/kernel';
import type { Rational } from '@patchwork/time';
import type { Remarks } from '../diagnostics.ts';
import type { XmlElement } from '../xml/element.ts';
import type { Placed, Spot, StorySpot } from './spot.ts';
import type { FcpResources } from './resources.ts';

/**
 * Items that a document may unfold to: compound clips that are used again and again multiply, within reason. An hour of
 * film has some thousands.
 */
function maxItemsOf(elements: number): number {
  return 20_000 + 8 * elements;
}

/** Compound clips within compound clips. */
const maxNesting = 32;

/** The readers of items and storylines, which hold each other: a clip may hold a storyline, a storyline holds clips. */
export interface Recursion {
  readItem(reading: Reading, element: XmlElement, spot: Spot): Placed;
  readStory(reading: Reading, element: XmlElement, spot: StorySpot): Rational;
}

/** What the reading of one document shares. */
export class Reading {
  readonly remarks: Remarks;
  readonly resources: FcpResources;
  /** Of the document, as spelled. */
  readonly version: string;
  readonly recursion: Recursion;
  readonly #openMedia: string[] = [];
  readonly #maxItems: number;
  #items = 0;
  #links = 0;

  /** `document.elements`: how many the document holds. */
  constructor(
    remarks: Remarks,
    resources: FcpResources,
    document: { version: string; elements: number },
    recursion: Recursion,
  ) {
    this.#maxItems = maxItemsOf(document.elements);
    this.version = document.version;
    this.recursion = recursion;
    this.remarks = remarks;
    this.resources = resources;
  }

  /** Counts an item. @throws PW_FCPXML_SIZE */
  countItem(element: XmlElement): void {
    this.#items += 1;
    if (this.#items <= this.#maxItems) return;
    throw new PatchworkError(
      'PW_FCPXML_SIZE',
      `${this.remarks.place(element.position)}: more than ${this.#maxItems} clips, compound clips unfolded`,
      {
        hint: 'Export the timelines one by one.',
        details: { file: this.remarks.fileName, line: element.position.line },
      },
    );
  }

  /** A name that the picture and the sound of one clip share. Counted, so that equal files give equal names. */
  nextLink(): string {
    this.#links += 1;
    return `link${this.#links}`;
  }

  /** Reads inside a compound or multicam clip; null where it holds itself or nests too deep. */
  inside<T>(mediaId: string, read: () => T): T | null {
    if (this.#openMedia.includes(mediaId) || this.#openMedia.length >= maxNesting) return null;
    this.#openMedia.push(mediaId);
    try {
      return read();
    } finally {
      this.#openMedia.pop();
    }
  }
}
