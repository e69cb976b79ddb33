import { activeReferenceOrNull, member } from '@patchwork/timeline';
import type { ValueChange } from './change.ts';
import type { AspectChange } from './effect-change.ts';
import { saidContents, saidThings } from './seen-change.ts';
import type { TrackItem } from './track-item.ts';

/** Attributes of a text style, as editors call them; others keep their names. */
const styleWords: { readonly [attribute: string]: string } = {
  font: 'font',
  fontFace: 'face',
  fontSize: 'size',
  fontColor: 'colour',
};

/** Tells whether an item is a title or another generator whose look its template says. */
export function isTitle({ node, url }: TrackItem): boolean {
  if (node.kind !== 'Clip' || url !== null) return false;
  const reference = activeReferenceOrNull(node);
  return reference?.kind === 'GeneratorReference' && reference.generatorKind !== 'SolidColor';
}

/**
 * What differs between two titles, as one change: `text "Hello" → "Goodbye", font Helvetica → Futura`. What their files
 * say is read from the canonical text that readers keep of titles (FCPXML's styles and parameters, FCP 7's parameters);
 * where and how long a title stands is told by its edges. Values are those of every style and parameter that differs.
 */
export function titleChanges(old: TrackItem, next: TrackItem): AspectChange[] {
  if (old.media === next.media && saidContents(old.node) === saidContents(next.node)) return [];
  const [before, after] = [factsOf(old), factsOf(next)];
  const names = new Set([...before.keys(), ...after.keys()]);
  const values = [...names].flatMap((name): ValueChange[] => {
    const [a, b] = [before.get(name) ?? null, after.get(name) ?? null];
    return a === b ? [] : [{ name, old: a, new: b }];
  });
  const [shown, more] = [values.slice(0, 3).map(valueText), values.length - 3];
  if (values.length > 0) return [title(`${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`, values)];
  const [a, b] = [templateOf(old), templateOf(next)];
  return a === b ? [] : [title('title changed', [{ name: 'title', old: a, new: b }])];
}

function title(text: string, values: readonly ValueChange[]): AspectChange {
  return { kind: 'title', department: 'titles', text, values };
}

function valueText({ name, old, new: next }: ValueChange): string {
  const word = (value: ValueChange['old']): string =>
    typeof value !== 'string' ? 'none' : name === 'text' ? JSON.stringify(value) : value;
  return `${name} ${word(old)} → ${word(next)}`;
}

const textStyle = /<text-style (?!ref=)([^>]*)>/g;
const attributes = /([\w-]+)="((?:[^"\\]|\\.)*)"/g;
const fcpParameter = /<param ([^>]*)>/g;
const sevenParameter = /<name>"((?:[^"\\]|\\.)*)"<\/>(?:(?!<name>).)*?<value>"((?:[^"\\]|\\.)*)"<\/>/g;

/** Text, styles and parameters by name; of several styles or parameters of one name the later ones are numbered. */
function factsOf(item: TrackItem): Map<string, string> {
  const facts = new Map<string, string>();
  const add = (name: string, value: string): void => {
    let number = 1;
    while (facts.has(number === 1 ? name : `${name} ${number}`)) number += 1;
    facts.set(number === 1 ? name : `${name} ${number}`, value);
  };
  const text = textOf(item);
  if (text !== null) add('text', text);
  for (const { content } of saidThings(item.node)) {
    for (const [, style = ''] of content.matchAll(textStyle)) {
      for (const [, name = '', value = ''] of style.matchAll(attributes)) add(styleWords[name] ?? name, value);
    }
    for (const [, parameter = ''] of content.matchAll(fcpParameter)) {
      const said = new Map([...parameter.matchAll(attributes)].map(([, name = '', value = '']) => [name, value]));
      if (said.has('value')) add(said.get('name') ?? said.get('key') ?? 'parameter', said.get('value') ?? '');
    }
    for (const [, name = '', value = ''] of content.matchAll(sevenParameter)) add(name.toLowerCase(), value);
  }
  return facts;
}

function textOf({ node }: TrackItem): string | null {
  const reference = node.kind === 'Clip' ? activeReferenceOrNull(node) : null;
  const text = reference?.kind === 'GeneratorReference' ? member(reference.parameters, 'text') : undefined;
  return typeof text === 'string' ? text : null;
}

/** All that is said, without the title's own length and start, which its edges tell. */
function templateOf(item: TrackItem): string {
  return `${item.media}\n${saidContents(item.node)}`.replace(/ start=\S* duration=\S*/g, '');
}
