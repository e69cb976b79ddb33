import type { ValueChange } from './change.ts';

/** Attributes of a text style, as editors call them; others keep their names. */
const styleWords: { readonly [attribute: string]: string } = {
  font: 'font',
  fontFace: 'face',
  fontSize: 'size',
  fontColor: 'colour',
};

/** Elements of FCPXML that say a value: a style, a parameter, a key frame of the parameter before. */
const fcpElement = /<(text-style|param|keyframe) ([^>]*)>/g;
const attribute = /([\w-]+)="((?:[^"\\]|\\.)*)"/g;
/** A parameter of FCP 7 XML: its name and value. */
const sevenParameter = /<name>"((?:[^"\\]|\\.)*)"<\/>(?:(?!<name>).)*?<value>"((?:[^"\\]|\\.)*)"<\/>/g;

/**
 * Styles, parameters and key frames by name, read from the canonical text that readers keep of titles and filters; of
 * several of one name the later ones are numbered. What says its values otherwise has none.
 */
export function saidFacts(contents: readonly string[]): Map<string, string> {
  const facts = new Map<string, string>();
  const add = (name: string, value: string): void => {
    let number = 1;
    while (facts.has(number === 1 ? name : `${name} ${number}`)) number += 1;
    facts.set(number === 1 ? name : `${name} ${number}`, value);
  };
  for (const content of contents) {
    let parameter = 'parameter';
    for (const [, element, text = ''] of content.matchAll(fcpElement)) {
      const said = new Map([...text.matchAll(attribute)].map(([, name = '', value = '']) => [name, value]));
      const value = said.get('value');
      if (element === 'param') parameter = said.get('name') ?? said.get('key') ?? 'parameter';
      if (element === 'text-style' && !said.has('ref'))
        for (const [name, style] of said) add(styleWords[name] ?? name, style);
      else if (element === 'keyframe' && value !== undefined) add(`${parameter} at ${said.get('time') ?? '?'}`, value);
      else if (element === 'param' && value !== undefined) add(parameter, value);
    }
    for (const [, name = '', value = ''] of content.matchAll(sevenParameter)) add(name.toLowerCase(), value);
  }
  return facts;
}

/** What differs between the facts of two sides. */
export function factChanges(old: ReadonlyMap<string, string>, next: ReadonlyMap<string, string>): ValueChange[] {
  return [...new Set([...old.keys(), ...next.keys()])].flatMap((name): ValueChange[] => {
    const [a, b] = [old.get(name) ?? null, next.get(name) ?? null];
    return a === b ? [] : [{ name, old: a, new: b }];
  });
}

/** How many values a line tells. */
const mostTold = 3;

/** `font Helvetica → Futura, size 63 → 80`; a text is quoted. */
export function factText(values: readonly ValueChange[]): string {
  const more = values.length - mostTold;
  return `${values.slice(0, mostTold).map(valueText).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function valueText({ name, old, new: next }: ValueChange): string {
  const word = (value: ValueChange['old']): string =>
    typeof value !== 'string' ? 'none' : name === 'text' ? JSON.stringify(value) : value;
  return `${name} ${word(old)} → ${word(next)}`;
}
