import { canonicalJson, type Json } from '@patchwork/kernel';
import { formatRational, multiply, type Rate } from '@patchwork/time';
import {
  effectKind,
  isTimeEffect,
  knownEffect,
  plainJson,
  type Effect,
  type KnownEffect,
  type Param,
} from '@patchwork/timeline';
import type { ChangeKind, Department, ValueChange } from './change.ts';
import { jsonDifference } from './json-difference.ts';
import { plainNumber } from './number-text.ts';
import { effectText } from '../items/track-item.ts';

/** A change of one item that moves no edge. */
export interface AspectChange {
  readonly kind: ChangeKind;
  readonly department: Department;
  readonly text: string;
  readonly values: readonly ValueChange[];
}

/** What differs between two lists of effects: added, removed, switched, and each value by name. Retimes are told elsewhere. */
export function effectChanges(old: readonly Effect[], next: readonly Effect[], rate: Rate): AspectChange[] {
  if (old.length === 0 && next.length === 0) return [];
  const [before, after] = [byName(old), byName(next)];
  const names = [...new Set([...before.keys(), ...after.keys()])];
  return names.flatMap((name) => {
    const [a, b] = [before.get(name), after.get(name)];
    if (a !== undefined && b !== undefined) return changesOf(a, b, rate);
    const effect = (a ?? b) as Effect;
    return isNeutral(effect) ? [] : [addedOrRemoved(effect, b !== undefined, rate)];
  });
}

/** Effects by what they are and which of several they are. */
function byName(effects: readonly Effect[]): Map<string, Effect> {
  const found = new Map<string, Effect>();
  for (const effect of effects) {
    if (isTimeEffect(effect)) continue;
    const name = effectKind(effect);
    let number = 1;
    while (found.has(`${name} ${number}`)) number += 1;
    found.set(`${name} ${number}`, effect);
  }
  return found;
}

function changesOf(old: Effect, next: Effect, rate: Rate): AspectChange[] {
  if (effectText(old) === effectText(next)) return [];
  const [a, b] = [knownEffect(old), knownEffect(next)];
  const sort = sortOf(b, next);
  if (old.enabled !== next.enabled) {
    const text = `${sort.label} switched ${next.enabled ? 'on' : 'off'}`;
    return [{ ...sort.tags, text, values: [{ name: `${sort.label}.enabled`, old: old.enabled, new: next.enabled }] }];
  }
  if (a === null || b === null) return [{ ...sort.tags, ...parameterChanges(old, next, sort.label) }];
  const values = valuesOf(a).flatMap((value, i) => valueChange(value, valuesOf(b)[i] ?? value, rate));
  const text = joined(values);
  return [
    { ...sort.tags, text: text === '' ? `${sort.label} changed` : text, values: values.map(({ change }) => change) },
  ];
}

/** An effect that is not of the vocabulary, by the paths of its metadata: `effect "Blur": Radius 2 → 4`. */
function parameterChanges(old: Effect, next: Effect, label: string): Pick<AspectChange, 'text' | 'values'> {
  const values = jsonDifference(plainJson(old.metadata), plainJson(next.metadata));
  const [first] = values;
  const [a, b] = [plainText(first?.old), plainText(first?.new)];
  if (values.length !== 1 || first === undefined || a === null || b === null)
    return { text: `${label} changed`, values };
  const name = first.name.slice(first.name.lastIndexOf('.') + 1);
  return { text: `${label}: ${name} ${a} → ${b}`, values };
}

/** A short plain value as text; null for anything else. */
function plainText(value: Json | undefined): string | null {
  const isPlain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
  return isPlain && String(value).length <= 40 ? String(value) : null;
}

function addedOrRemoved(effect: Effect, isAdded: boolean, rate: Rate): AspectChange {
  const known = knownEffect(effect);
  const sort = sortOf(known, effect);
  const verb = isAdded ? 'added' : 'removed';
  const neutral = known === null ? null : neutralOf(known);
  if (known === null || neutral === null) {
    const value = plainJson(effect.metadata);
    const values = [{ name: sort.label, old: isAdded ? null : value, new: isAdded ? value : null }];
    return { ...sort.tags, text: `${sort.label} ${verb}`, values };
  }
  const [from, to] = isAdded ? [neutral, known] : [known, neutral];
  const values = valuesOf(from).flatMap((value, i) => valueChange(value, valuesOf(to)[i] ?? value, rate));
  return { ...sort.tags, text: joined(values), values: values.map(({ change }) => change) };
}

/** One text for all values; width and height that change alike are one: `scale 100 % → 120 %`. */
function joined(values: readonly { readonly text: string }[]): string {
  const texts = values.map(({ text }) => text);
  const alike = texts.filter(
    (text) => text.startsWith('scale x ') && texts.includes(text.replace('scale x', 'scale y')),
  );
  const short = texts.flatMap((text) => {
    if (alike.includes(text)) return [text.replace('scale x', 'scale')];
    return alike.includes(text.replace('scale y', 'scale x')) && text.startsWith('scale y ') ? [] : [text];
  });
  return short.join(', ');
}

interface NamedValue {
  readonly name: string;
  readonly value: Param | string;
  readonly write: (value: number) => string;
}

/** The values of an effect, always the same ones in the same order for one type. */
function valuesOf(effect: KnownEffect): NamedValue[] {
  const percent = (value: number): string => `${plainNumber(value * 100)} %`;
  const db = (value: number): string => (value <= -1000 ? '−∞ dB' : `${plainNumber(value)} dB`);
  switch (effect.type) {
    case 'opacity':
      return [{ name: 'opacity', value: effect.opacity, write: percent }];
    case 'transform':
      return [
        { name: 'position x', value: effect.position.x, write: percent },
        { name: 'position y', value: effect.position.y, write: percent },
        { name: 'scale x', value: effect.scale.x, write: percent },
        { name: 'scale y', value: effect.scale.y, write: percent },
        { name: 'rotation', value: effect.rotation, write: (value) => `${plainNumber(value)}°` },
        { name: 'anchor x', value: effect.anchor.x, write: percent },
        { name: 'anchor y', value: effect.anchor.y, write: percent },
      ];
    case 'crop':
      return [
        { name: 'crop', value: effect.inPlace === true ? 'in place' : 'to the frame', write: String },
        ...(['left', 'right', 'top', 'bottom'] as const).map((side) => ({
          name: `crop ${side}`,
          value: effect[side],
          write: percent,
        })),
      ];
    case 'composite':
      return [{ name: 'composite', value: effect.mode, write: String }];
    case 'conform':
      return [{ name: 'conform', value: effect.mode, write: String }];
    case 'volume':
      return [{ name: 'gain', value: effect.gainDb, write: db }];
    case 'pan':
      return [{ name: 'pan', value: effect.pan, write: plainNumber }];
    case 'fade':
      return [
        { name: 'fade in', value: `${formatRational(effect.inSeconds)} s`, write: String },
        { name: 'fade out', value: `${formatRational(effect.outSeconds)} s`, write: String },
      ];
    case 'burnIn':
      return [{ name: 'burn-in', value: effect.content, write: String }];
    case 'timeMap':
      return [];
  }
}

/** What an effect is when it is not there; null where that has no value. */
function neutralOf(effect: KnownEffect): KnownEffect | null {
  switch (effect.type) {
    case 'opacity':
      return { type: 'opacity', opacity: 1 };
    case 'transform':
      return {
        type: 'transform',
        position: { x: 0, y: 0 },
        scale: { x: 1, y: 1 },
        rotation: 0,
        anchor: { x: 0, y: 0 },
      };
    case 'crop':
      return { type: 'crop', left: 0, right: 0, top: 0, bottom: 0 };
    case 'composite':
      return { type: 'composite', mode: 'normal' };
    case 'conform':
      return { type: 'conform', mode: 'fit' };
    case 'volume':
      return { type: 'volume', gainDb: 0 };
    case 'pan':
      return { type: 'pan', pan: 0 };
    case 'fade':
      return { type: 'fade', inSeconds: { num: 0, den: 1 }, outSeconds: { num: 0, den: 1 } };
    case 'burnIn':
    case 'timeMap':
      return null;
  }
}

/** An effect that does nothing (every Resolve export carries a unit transform). */
function isNeutral(effect: Effect): boolean {
  const known = knownEffect(effect);
  const neutral = known === null ? null : neutralOf(known);
  if (!effect.enabled) return known !== null;
  return neutral !== null && canonicalJson(known as unknown as Json) === canonicalJson(neutral as unknown as Json);
}

function valueChange(old: NamedValue, next: NamedValue, rate: Rate): { text: string; change: ValueChange }[] {
  const [before, after] = [old.value, next.value] as const;
  const [a, b] = [plain(before), plain(after)];
  if (canonicalJson(a) === canonicalJson(b)) return [];
  const change = { name: next.name, old: a, new: b };
  return [{ text: `${next.name} ${valueText(before, after, next.write, rate)}`, change }];
}

function plain(value: Param | string): Json {
  return typeof value === 'object'
    ? value.keyframes.map(({ time, ...key }) => ({ ...key, time: formatRational(time) }))
    : value;
}

function valueText(old: Param | string, next: Param | string, write: (value: number) => string, rate: Rate): string {
  if (typeof old === 'string' || typeof next === 'string') return `${wordOf(old)} → ${wordOf(next)}`;
  if (typeof old === 'number' && typeof next === 'number') return `${write(old)} → ${write(next)}`;
  if (typeof old === 'number') return `${write(old)} → ${keysText(next)}`;
  if (typeof next === 'number') return `${keysText(old)} → ${write(next)}`;
  const [a, b] = [old.keyframes, next.keyframes];
  const isSameTimes =
    a.length === b.length && a.every((key, i) => formatRational(key.time) === formatRational(b[i]?.time ?? key.time));
  if (!isSameTimes) return `${keysText(old)} → ${keysText(next)}`;
  const changed = b.filter((key, i) => key.value !== a[i]?.value);
  const first = changed[0];
  if (first === undefined) return 'key frames: interpolation changed';
  const old1 = a[b.indexOf(first)]?.value ?? first.value;
  const at = formatRational(multiply(first.time, rate));
  return changed.length === 1
    ? `key at frame ${at}: ${write(old1)} → ${write(first.value)}`
    : `${changed.length} keys changed`;
}

function wordOf(value: Param | string): string {
  return typeof value === 'string' ? value : keysText(value);
}

function keysText(param: Param): string {
  return typeof param === 'number' ? plainNumber(param) : `${param.keyframes.length} keys`;
}

function sortOf(
  known: KnownEffect | null,
  effect: Effect,
): { readonly label: string; readonly tags: { readonly kind: ChangeKind; readonly department: Department } } {
  switch (known?.type) {
    case 'transform':
    case 'crop':
    case 'opacity':
    case 'composite':
    case 'conform':
      return { label: known.type, tags: { kind: known.type, department: 'picture' } };
    case 'volume':
    case 'pan':
    case 'fade':
      return { label: known.type, tags: { kind: known.type, department: 'sound' } };
    case 'burnIn':
      return { label: 'burn-in', tags: { kind: 'burn-in', department: 'titles' } };
    case 'timeMap':
    case undefined:
      return {
        label: `effect "${effect.effectName || effect.name || effect.schemaName}"`,
        tags: { kind: 'effect', department: 'vfx' },
      };
  }
}
