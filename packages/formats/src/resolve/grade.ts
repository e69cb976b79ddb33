import { childElement, childElements, childText, ownText, attribute, type XmlElement } from '../xml/element.ts';
import { canonicalGrade } from './blob.ts';
import { isVolatile } from './canonical.ts';

/** A version of a grade in canonical form: its switches and its body. Names and ids count for nothing. */
export function canonicalVersion(version: XmlElement, level: 'clip' | 'timeline'): string {
  const parts = childElements(version).flatMap((child) => {
    if (child.name === 'Body') return [`Body ${canonicalGrade(ownText(child), level)}`];
    if (child.name === 'Name' || child.name === 'Id' || isVolatile(child.name)) return [];
    return [`${child.name} ${ownText(child).trim()}`];
  });
  return parts.join('\n');
}

/** Versions of grades by their id, wherever a project keeps them: a clip may use one that stands with its media. */
export type VersionIndex = ReadonlyMap<string, XmlElement>;

/** A grade in use. */
export interface UsedGrade {
  readonly text: string;
  /** Whether Resolve says that it corrects anything; a version that was never touched does not. */
  readonly corrects: boolean;
}

/** The grade that a table has in use, in canonical form; null where the element holds none. */
export function usedGrade(holder: XmlElement, level: 'clip' | 'timeline', index: VersionIndex): UsedGrade | null {
  const wrapper = childElement(holder, 'pLmVerTable');
  const table = wrapper === null ? null : childElement(wrapper, 'ListMgt::LmVersionTable');
  if (table === null) return null;
  const active = childText(table, 'pActive');
  const locals = childElement(table, 'Locals');
  const versions =
    locals === null ? [] : childElements(locals).flatMap((element) => childElements(element, 'ListMgt::LmVersion'));
  const used =
    versions.find((version) => attribute(version, 'DbId') === active) ??
    (active === null ? undefined : index.get(active));
  // Where the one in use is not found, everything in the table counts.
  const counted = used === undefined ? versions : [used];
  return {
    text: counted.map((version) => canonicalVersion(version, level)).join('\n--\n'),
    corrects: counted.some(corrects),
  };
}

/** Tells whether a version corrects anything; one that does not say so counts. */
export function corrects(version: XmlElement): boolean {
  return childText(version, 'HasCorrection')?.trim() !== 'false';
}
