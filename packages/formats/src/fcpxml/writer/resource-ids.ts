import { attribute, attributePairs, childElement, childElements, type XmlElement } from '../../xml/element.ts';
import { inlineXml, outFromElement, type XmlOut } from '../../xml/write.ts';
import { canonicalValue } from '../canonical.ts';
import { isPlainShape } from '../format.ts';

type Attributes = XmlOut['attributes'];

/** Attributes that name a resource. The styles of a title have names of their own. */
function isReference(element: string, name: string): boolean {
  return (name === 'ref' && element !== 'text-style') || name === 'format';
}

function valueIn(attributes: Attributes, name: string): string | null {
  return attributes.find(([each]) => each === name)?.[1] ?? null;
}

/**
 * The resources of a document, and what is added to them. A written resource that says what one of the document says
 * gets its id; others get ids that nothing in the document has.
 */
export class ResourceIds {
  readonly #written: ReadonlyMap<string, XmlOut>;
  /** Assets by their file: a long film has thousands. */
  readonly #assets = new Map<string | null, XmlElement[]>();
  readonly #known = new Map<string, string>();
  readonly #taken = new Set<string>();
  readonly #ids = new Map<string, string>();
  readonly #added: XmlOut[] = [];

  /** `document`: its resources; `written`: those of the timeline to be written into it. */
  constructor(document: readonly XmlElement[], written: XmlOut) {
    const elements = written.content.filter((part) => typeof part !== 'string');
    this.#written = new Map(elements.map((element) => [valueIn(element.attributes, 'id') ?? '', element]));
    for (const element of document) {
      if (element.name === 'asset') {
        const source = sourceOf(element);
        const like = this.#assets.get(source);
        if (like === undefined) this.#assets.set(source, [element]);
        else like.push(element);
      }
      const id = attribute(element, 'id') ?? '';
      this.#taken.add(id);
      const key = keyOf(outFromElement(element));
      if (!this.#known.has(key)) this.#known.set(key, id);
    }
  }

  /** Resources that the document does not hold yet. */
  get added(): readonly XmlOut[] {
    return this.#added;
  }

  /** An element with the document's ids. */
  renamed(element: XmlOut): XmlOut {
    return {
      name: element.name,
      attributes: element.attributes.map(([name, value]) =>
        value !== null && isReference(element.name, name) ? [name, this.#idOf(value)] : [name, value],
      ),
      content: element.content.map((part) => (typeof part === 'string' ? part : this.renamed(part))),
    };
  }

  #idOf(id: string): string {
    const known = this.#ids.get(id);
    if (known !== undefined) return known;
    const element = this.#written.get(id);
    if (element === undefined) return id;
    const renamed = this.renamed(element);
    const found = renamed.name === 'asset' ? this.#assetLike(renamed) : this.#known.get(keyOf(renamed));
    const given = found ?? this.#add(renamed);
    this.#ids.set(id, given);
    return given;
  }

  #add(element: XmlOut): string {
    let number = this.#taken.size + 1;
    while (this.#taken.has(`r${number}`)) number += 1;
    const id = `r${number}`;
    this.#taken.add(id);
    this.#known.set(keyOf(element), id);
    this.#added.push({
      ...element,
      attributes: element.attributes.map(([name, value]) => [name, name === 'id' ? id : value]),
    });
    return id;
  }

  /** The document's asset that is the same file: bookmarks and metadata that it keeps beside are kept. */
  #assetLike({ attributes, content }: XmlOut): string | undefined {
    const [rep] = content;
    const source = typeof rep === 'object' ? valueIn(rep.attributes, 'src') : null;
    const time = (value: string | null): string => canonicalValue(value ?? '0s');
    const like = this.#assets.get(source)?.find((asset) => {
      const same = (name: string): boolean => attribute(asset, name) === valueIn(attributes, name);
      const holds = (name: string): boolean => valueIn(attributes, name) === null || same(name);
      return (
        same('name') &&
        holds('uid') &&
        holds('format') &&
        holds('hasVideo') &&
        holds('hasAudio') &&
        holds('audioChannels') &&
        time(attribute(asset, 'start')) === time(valueIn(attributes, 'start')) &&
        time(attribute(asset, 'duration')) === time(valueIn(attributes, 'duration'))
      );
    });
    return like === undefined ? undefined : (attribute(like, 'id') ?? undefined);
  }
}

function sourceOf(asset: XmlElement): string | null {
  const original = childElements(asset, 'media-rep').find(
    (rep) => (attribute(rep, 'kind') ?? 'original-media') === 'original-media',
  );
  return attribute(original ?? childElement(asset, 'media-rep') ?? asset, 'src');
}

/** What a resource says, its id and a format's name aside: attributes sorted, times reduced. */
function keyOf(element: XmlOut): string {
  const sorted = (each: XmlOut, without: readonly string[]): XmlOut => ({
    name: each.name,
    attributes: each.attributes
      .filter(([name, value]) => value !== null && !without.includes(name) && !isPlainShape(name, value))
      .map(([name, value]) => [name, value === null ? null : canonicalValue(value)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
    content: each.content.map((part) => (typeof part === 'string' ? part : sorted(part, []))),
  });
  return inlineXml(sorted(element, element.name === 'format' ? ['id', 'name'] : ['id']));
}

/** Attributes of an element with some of them replaced, in their old places or else appended; null takes one away. */
export function withAttributes(element: XmlElement, changes: ReadonlyMap<string, string | null>): Attributes {
  const old = attributePairs(element);
  const fresh = [...changes].filter(([name]) => !old.some(([each]) => each === name));
  return [
    ...old.map(([name, value]) => [name, changes.has(name) ? (changes.get(name) ?? null) : value] as const),
    ...fresh,
  ];
}
