import { attribute, childElements, type XmlElement } from '../xml/element.ts';
import { xml, type XmlOut } from '../xml/write.ts';

/**
 * What the writer notes in a clip's metadata where the format cannot say it. Final Cut keeps keys that it does not know.
 * `link`: picture and sound that belong together in two elements (a multicam clip whose sound is another angle's).
 * `lane`: the lane whose sound this sound is laid out with.
 */
export interface Hints {
  readonly link: string | null;
  readonly lane: string | null;
}

const prefix = 'org.patchwork.';

/** A hint that an element's metadata holds, or null. */
export function hintIn(element: XmlElement, name: keyof Hints): string | null {
  for (const metadata of childElements(element)) {
    if (metadata.name !== 'metadata') continue;
    for (const entry of childElements(metadata)) {
      const key = entry.name === 'md' ? attribute(entry, 'key') : null;
      if (key?.startsWith(prefix) === true && key.slice(prefix.length) === name) return attribute(entry, 'value');
    }
  }
  return null;
}

/** The element without hints, for keeping; null where nothing else is in it. */
export function withoutHints(metadata: XmlElement): XmlElement | null {
  if (metadata.name !== 'metadata') return metadata;
  const isHint = (part: XmlElement | string): boolean =>
    typeof part !== 'string' && (attribute(part, 'key') ?? '').startsWith(prefix);
  if (!metadata.content.some(isHint)) return metadata;
  const content = metadata.content.filter((part) => !isHint(part));
  return content.length === 0
    ? null
    : { name: metadata.name, attributes: metadata.attributes, content, position: metadata.position };
}

/** Metadata with hints: the kept one widened, or a fresh one, or none. */
export function withHints(kept: readonly XmlOut[], hints: Hints): readonly XmlOut[] {
  const entries = (['link', 'lane'] as const).flatMap((name) => {
    const value = hints[name];
    return value === null
      ? []
      : [
          xml('md', [
            ['key', prefix + name],
            ['value', value],
          ]),
        ];
  });
  if (entries.length === 0) return kept;
  const [first, ...rest] = kept;
  return first === undefined
    ? [xml('metadata', [], entries)]
    : [{ ...first, content: [...first.content, ...entries] }, ...rest];
}
