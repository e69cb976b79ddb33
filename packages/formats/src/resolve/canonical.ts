import { attribute, attributePairs, childElements, ownText, type XmlElement } from '../xml/element.ts';

/** Elements that change without a pixel changing: times of saving, caches, thumbnails, what a window shows, markers. */
const volatile: ReadonlySet<string> = new Set([
  'DbSavedTime',
  'LastModTimeInSecs',
  'ProjectAgeInMs',
  'LastChangedTime',
  'LastRenderedTime',
  'LastModTime',
  'Thumbnail',
  'ThumbnailDirtyFlag',
  'BtThumnail',
  'RenderCacheBA',
  'AuxRenderCacheBA',
  'CurrentSelectorIdx',
  'UiMemento',
  'StreamCursorVector',
  'CurrentTimelineIndex',
  'LockId',
  'SysId',
  'User',
  'MarkersBA',
  'UIElementsState',
  'CreateTime',
  'UniqueId',
  'UniqueSequenceId',
]);

/** Tells whether an element never reaches a pixel. */
export function isVolatile(name: string): boolean {
  return volatile.has(name) || name.startsWith('PlayHead');
}

/** Ids of all elements of a document. They are drawn anew on every export. */
export function databaseIds(root: XmlElement, into: Map<string, string>): void {
  const id = attribute(root, 'DbId');
  if (id !== null) {
    const name = childElements(root, 'Name')[0];
    into.set(id, `${root.name} ${name === undefined ? '' : ownText(name).trim()}`);
  }
  for (const child of childElements(root)) databaseIds(child, into);
}

/**
 * An element in canonical form: volatile parts left out, database ids replaced by what they name. Everything else counts,
 * understood or not. `skip` leaves out parts that are digested on their own.
 */
export function canonicalElement(
  element: XmlElement,
  ids: ReadonlyMap<string, string>,
  skip: (element: XmlElement) => boolean = () => false,
): string {
  if (isVolatile(element.name) || skip(element)) return '';
  const attributes = attributePairs(element)
    .filter(([name]) => name !== 'DbId')
    .toSorted(([a], [b]) => (a < b ? -1 : 1));
  const children = childElements(element);
  const text = children.length > 0 ? '' : ownText(element).trim();
  const content =
    children.length > 0
      ? children.map((child) => canonicalElement(child, ids, skip)).join('')
      : JSON.stringify(ids.get(text) ?? text);
  return `<${element.name}${attributes.map(([name, value]) => ` ${name}=${JSON.stringify(value)}`).join('')}>${content}</>`;
}
