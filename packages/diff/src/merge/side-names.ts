import { formatRational, secondsFromTime } from '@patchwork/time';
import {
  activeReference,
  isJsonNumber,
  jsonFrom,
  member,
  sameValue,
  withMember,
  type Composable,
  type JsonObject,
  type JsonValue,
  type Stack,
} from '@patchwork/timeline';
import type { Element } from './element.ts';
import type { SideList } from './side.ts';

/** Where formats number their items from the first on: a clip that went renumbers all behind it. */
const numbers: readonly (readonly [string, string])[] = [
  ['cmx', 'event'],
  ['xmeml', 'id'],
];

/** Groups of items that programs number with every export, and how a number is spelled. */
const links: readonly { readonly path: readonly [string, string]; readonly spell: (number: number) => JsonValue }[] = [
  { path: ['patchwork', 'link'], spell: (number) => `link${number}` },
  { path: ['Resolve_OTIO', 'Link Group ID'], spell: (number) => jsonFrom(number) },
];

/** Begins the name of a link that a side brought, until it is numbered. */
const ofNew = 'link of ';

/**
 * The lists of a side in the base's numbers and names of links: what both hold keeps the base's, what is new has no number, and a link that
 * says what it joins. So nothing counts as changed because something else came or went.
 */
export function inBaseNames(baseOf: ReadonlyMap<string, Composable>, lists: readonly SideList[]): SideList[] {
  const elements = lists.flatMap((list) => list.elements);
  const names = links.map(({ path }) => linkNames(path, baseOf, elements));
  const named = (node: Composable, base: Composable | null): Composable => {
    const metadata = links.reduce(
      (sum, { path }, at) => withLink(sum, path, names[at]),
      withNumbers(node.metadata, base),
    );
    return metadata === node.metadata ? node : { ...node, metadata };
  };
  return lists.map((list) => ({
    ...list,
    elements: list.elements.map((element): Element => {
      const base = element.base === null ? null : (baseOf.get(element.base) ?? null);
      const [first, ...others] = element.nodes.map((node) => named(node, base)) as [Composable, ...Composable[]];
      const isSame = [first, ...others].every((node, at) => node === element.nodes[at]);
      return isSame ? element : { ...element, nodes: [first, ...others] };
    }),
  }));
}

/** A node without numbers and numbered links, to any depth: what it says for itself. */
export function withoutNames(node: Composable): Composable {
  const bare = numbers.reduce((sum, path) => withMember(sum, path, undefined), node.metadata);
  const metadata = links.reduce(
    (sum, { path }) => (isNumbered(textAt(sum, path)) ? withMember(sum, path, undefined) : sum),
    bare,
  );
  if (node.kind !== 'Stack' && node.kind !== 'Track') return { ...node, metadata };
  return { ...node, metadata, children: node.children.map(withoutNames) };
}

/** Numbers the links that a merge brought behind those that are there, in the order of the tracks. */
export function withNumberedLinks(stack: Stack): Stack {
  return links.reduce(numberedLinks, stack);
}

function numberedLinks(stack: Stack, { path, spell }: (typeof links)[number]): Stack {
  const taken = new Set<string>();
  walk(stack, ({ metadata }) => {
    const link = textAt(metadata, path);
    if (link !== null) taken.add(link);
  });
  const names = new Map<string, JsonValue>();
  let number = 0;
  const fresh = (): JsonValue => {
    for (;;) {
      number += 1;
      const value = spell(number);
      if (!taken.has(textOf(value) ?? '')) return value;
    }
  };
  const renamed = <T extends Composable>(node: T): T => {
    const link = textAt(node.metadata, path);
    let own = node;
    if (link?.startsWith(ofNew) === true) {
      const name = names.get(link) ?? fresh();
      names.set(link, name);
      own = { ...node, metadata: withMember(node.metadata, path, name) };
    }
    if (own.kind !== 'Stack' && own.kind !== 'Track') return own;
    const children = own.children.map(renamed);
    return children.every((child, at) => child === own.children[at]) ? own : { ...own, children };
  };
  return [...taken].some((link) => link.startsWith(ofNew)) ? renamed(stack) : stack;
}

function textAt(metadata: JsonObject, path: readonly [string, string]): string | null {
  return textOf(member(metadata, ...path));
}

function textOf(value: JsonValue | undefined): string | null {
  if (typeof value === 'string') return value;
  return isJsonNumber(value) ? value.lexeme : null;
}

function isNumbered(link: string | null): boolean {
  return link !== null && /^(?:link)?\d+$/.test(link);
}

function walk(node: Composable, visit: (node: Composable) => void): void {
  visit(node);
  if (node.kind === 'Stack' || node.kind === 'Track') for (const child of node.children) walk(child, visit);
}

function withNumbers(metadata: JsonObject, base: Composable | null): JsonObject {
  return numbers.reduce((sum, path) => {
    const own = member(sum, ...path);
    if (own === undefined) return sum;
    const wanted = base === null ? undefined : member(base.metadata, ...path);
    return wanted !== undefined && sameValue(own, wanted) ? sum : withMember(sum, path, wanted);
  }, metadata);
}

function withLink(
  metadata: JsonObject,
  path: readonly [string, string],
  names: ReadonlyMap<string, JsonValue> | undefined,
): JsonObject {
  const link = textAt(metadata, path);
  const name = link === null ? undefined : names?.get(link);
  return name === undefined || textOf(name) === link ? metadata : withMember(metadata, path, name);
}

/** The base's name of each link of a side; one of its own for what the base does not hold. */
function linkNames(
  path: readonly [string, string],
  baseOf: ReadonlyMap<string, Composable>,
  elements: readonly Element[],
): Map<string, JsonValue> {
  const names = new Map<string, JsonValue>();
  const taken = new Set<string>();
  for (const { base, nodes } of elements) {
    const before = base === null ? undefined : baseOf.get(base);
    const [own, old] = [textAt(nodes[0].metadata, path), before === undefined ? null : textAt(before.metadata, path)];
    const value = before === undefined ? undefined : member(before.metadata, ...path);
    if (own === null || old === null || value === undefined || names.has(own) || taken.has(old)) continue;
    names.set(own, value);
    taken.add(old);
  }
  for (const { nodes } of elements) {
    for (const node of nodes) {
      const own = textAt(node.metadata, path);
      if (own === null || names.has(own) || !isNumbered(own)) continue;
      let name = `${ofNew}${contentOf(node)}`;
      while (taken.has(name)) name += ' again';
      names.set(own, name);
      taken.add(name);
    }
  }
  return names;
}

/** What a clip plays, in words that do not depend on where it stands. */
function contentOf(node: Composable): string {
  const reference = node.kind === 'Clip' ? activeReference(node) : null;
  const url = reference?.kind === 'ExternalReference' ? reference.targetUrl : '';
  const range = 'sourceRange' in node ? node.sourceRange : null;
  const start = range === null ? '' : formatRational(secondsFromTime(range.start));
  return `${node.name} ${url} ${start}`;
}
