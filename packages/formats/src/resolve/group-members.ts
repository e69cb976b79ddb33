import { attribute, childElements, childText, ownText, type XmlElement } from '../xml/element.ts';

/**
 * Finds out which colour groups a clip is in: it names the group's id, or the group names the clip's, as an element's text
 * or inside of a packed field (ASCII, UTF-16 or the id's sixteen bytes). Cost: one walk over each clip's text.
 */
export function groupFinder(groups: readonly XmlElement[]): (clip: XmlElement) => readonly string[] {
  if (groups.length === 0) return () => [];
  const known = groups.map((group) => {
    // What the group's own grade says names no members.
    const text = textOf(group, (child) => child.name === 'pLmVerTable').toLowerCase();
    return { name: childText(group, 'Name') ?? '', spellings: spellingsOf(attribute(group, 'DbId')), text };
  });
  return (clip) => {
    const own = spellingsOf(attribute(clip, 'DbId'));
    const text = textOf(clip, () => false).toLowerCase();
    return known
      .filter(
        ({ spellings, text: names }) =>
          spellings.some((each) => text.includes(each)) || own.some((each) => names.includes(each)),
      )
      .map(({ name }) => name);
  };
}

/** A uuid as it may stand in a field: as it is, as hexadecimal letters of its text, as its bytes. */
function spellingsOf(id: string | null): readonly string[] {
  if (id === null || !/^[0-9a-fA-F-]{36}$/.test(id)) return [];
  const lower = id.toLowerCase();
  const hex = (text: string): string => Array.from(text, (letter) => letter.charCodeAt(0).toString(16)).join('');
  const wide = Array.from(lower, (letter) => `00${letter.charCodeAt(0).toString(16)}`).join('');
  return [lower, hex(lower), hex(lower.toUpperCase()).toLowerCase(), wide, lower.replaceAll('-', '')];
}

/** All text of an element and what is in it; parts are set apart, so that no id arises where two meet. */
function textOf(element: XmlElement, isLeftOut: (child: XmlElement) => boolean): string {
  const parts = [ownText(element).trim()];
  for (const child of childElements(element)) if (!isLeftOut(child)) parts.push(textOf(child, isLeftOut));
  return parts.filter((part) => part !== '').join('\n');
}
