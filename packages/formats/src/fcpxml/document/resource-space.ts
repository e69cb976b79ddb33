import { tagAttributes, withTagAttribute } from '../../xml/tag.ts';
import type { TextElement, TextNode } from '../../xml/text-tree.ts';

/**
 * The ids of resources that several versions of a document share. Programs number resources anew with every export: what says the same,
 * or is the same thing by its own id, file or name, gets one id in all of them, and no id means two things.
 */
export class ResourceSpace {
  readonly #taken = new Set<string>();
  readonly #byMeaning = new Map<string, string>();
  readonly #byIdentity = new Map<string, string>();

  /** The document's text in the space's ids. The first one keeps its own. */
  enter(root: TextElement): string {
    const resources = elementsOf(root)
      .filter(({ name }) => name === 'resources')
      .flatMap(elementsOf);
    const meanings = new Meanings(resources);
    const ids = new Map<string, string>();
    const given = new Set<string>();
    const give = (id: string, to: string | undefined): void => {
      if (to === undefined || given.has(to) || ids.has(id)) return;
      ids.set(id, to);
      given.add(to);
    };
    const named = resources.flatMap((element) => {
      const id = tagAttributes(element.open).get('id');
      return id === undefined ? [] : [{ element, id }];
    });
    for (const { id } of named) give(id, this.#byMeaning.get(meanings.of(id)));
    for (const { element, id } of named) give(id, this.#byIdentity.get(identityOf(element)));
    for (const { id } of named) give(id, this.#fresh(id, given));
    for (const { element, id } of named) {
      const to = ids.get(id) ?? id;
      this.#taken.add(to);
      if (!this.#byMeaning.has(meanings.of(id))) this.#byMeaning.set(meanings.of(id), to);
      const identity = identityOf(element);
      if (!this.#byIdentity.has(identity)) this.#byIdentity.set(identity, to);
    }
    return [...ids].every(([from, to]) => from === to) ? root.text : renamed(root, ids, root);
  }

  #fresh(id: string, given: ReadonlySet<string>): string {
    let name = id;
    for (let number = this.#taken.size + 1; this.#taken.has(name) || given.has(name); number += 1) name = `r${number}`;
    return name;
  }
}

/** What each resource says, whatever the ids. */
class Meanings {
  readonly #elements: ReadonlyMap<string, TextElement>;
  readonly #known = new Map<string, string>();

  constructor(resources: readonly TextElement[]) {
    this.#elements = new Map(resources.map((element) => [tagAttributes(element.open).get('id') ?? '', element]));
  }

  of(id: string): string {
    const known = this.#known.get(id);
    if (known !== undefined) return known;
    const element = this.#elements.get(id);
    if (element === undefined) return `absent ${id}`;
    this.#known.set(id, 'itself');
    const meaning = this.#text(element, true);
    this.#known.set(id, meaning);
    return meaning;
  }

  #text(element: TextElement, isResource: boolean): string {
    const attributes = [...tagAttributes(element.open)]
      .filter(([name]) => !(isResource && name === 'id'))
      .map(([name, value]) => (isReference(element.name, name) ? `${name}={${this.of(value)}}` : `${name}=${value}`))
      .toSorted();
    const content = element.parts.map((part) => {
      if (part.kind === 'element') return this.#text(part, false);
      return part.kind === 'run' ? part.text.trim() : '';
    });
    return `<${element.name} ${attributes.join(' ')}>${content.join('')}</>`;
  }
}

/** What a resource is, whatever it says now: by the program's own id, else its file, else its name. */
function identityOf(element: TextElement): string {
  const attributes = tagAttributes(element.open);
  const source = elementsOf(element).find(({ name }) => name === 'media-rep');
  const file = attributes.get('src') ?? (source === undefined ? undefined : tagAttributes(source.open).get('src'));
  const own = attributes.get('uid') ?? file ?? attributes.get('name') ?? '';
  // Assets of one file differ in what of it they play.
  const format = element.name === 'asset' ? (attributes.get('format') === undefined ? ' sound' : ' picture') : '';
  return `${element.name} ${own}${format}`;
}

/** Attributes that name a resource. The styles of a title have names of their own. */
function isReference(element: string, name: string): boolean {
  return (name === 'ref' && element !== 'text-style') || name === 'format';
}

function renamed(node: TextNode, ids: ReadonlyMap<string, string>, parent: TextElement): string {
  if (node.kind !== 'element') return node.text;
  let open = node.open;
  for (const [name, value] of tagAttributes(open)) {
    const to = ids.get(value);
    const isId = name === 'id' && parent.name === 'resources';
    if (to !== undefined && to !== value && (isId || isReference(node.name, name)))
      open = withTagAttribute(open, name, to);
  }
  return open + node.parts.map((part) => renamed(part, ids, node)).join('') + node.close;
}

function elementsOf(element: TextElement): TextElement[] {
  return element.parts.flatMap((part): TextElement[] => {
    if (part.kind !== 'element') return [];
    return element.name === '' ? elementsOf(part) : [part];
  });
}
