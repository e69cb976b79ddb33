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

/** The grade that a table has in use, in canonical form; null where the element holds none. */
export function canonicalTable(holder: XmlElement, level: 'clip' | 'timeline'): string | null {
  const wrapper = childElement(holder, 'pLmVerTable');
  const table = wrapper === null ? null : childElement(wrapper, 'ListMgt::LmVersionTable');
  if (table === null) return null;
  const active = childText(table, 'pActive');
  const locals = childElement(table, 'Locals');
  const versions =
    locals === null ? [] : childElements(locals).flatMap((element) => childElements(element, 'ListMgt::LmVersion'));
  const used = versions.find((version) => attribute(version, 'DbId') === active);
  // A grade that is kept elsewhere (a remote version) counts with everything in the table.
  return used === undefined
    ? versions.map((version) => canonicalVersion(version, level)).join('\n--\n')
    : canonicalVersion(used, level);
}
