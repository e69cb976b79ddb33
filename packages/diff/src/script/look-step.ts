import { canonicalJson, type Json } from '@patchwork/kernel';
import { endOfRange, equals, secondsFromTime, subtract, type Rate } from '@patchwork/time';
import {
  activeReferenceOrNull,
  effectKind,
  isTimeEffect,
  knownEffect,
  member,
  plainJson,
  unmodelledOf,
  type Effect,
} from '@patchwork/timeline';
import type { ScriptStep } from '../changes/change.ts';
import { clipStep, frameText, otioStep, retimeParts } from './step-writer.ts';
import { effectText, isSameSpeed, type TrackItem, type TrackView, type TransitionView } from '../items/track-item.ts';

/** Writes the steps within a compound; null where they cannot be said. */
export type InnerScript = (old: TrackItem, next: TrackItem) => readonly ScriptStep[] | null;

/**
 * What is left once everything stands in its place: media, speeds, slips, effects, names, compounds, then transitions. Null where
 * something does not stand in its place, or cannot be said.
 */
export function lookSteps(
  now: readonly TrackView[],
  wanted: readonly TrackView[],
  rate: Rate,
  innerScript: InnerScript,
): ScriptStep[] | null {
  if (now.length !== wanted.length) return null;
  const steps: ScriptStep[] = [];
  for (const [at, track] of now.entries()) {
    const other = wanted[at];
    if (other === undefined || !isPlacedAlike(track, other)) return null;
    const pairs = track.items.map((item, i) => [item, other.items[i] ?? item] as const);
    for (const [old, next] of pairs) {
      const written = itemSteps(old, next, rate, innerScript);
      if (written === null) return null;
      steps.push(...written);
    }
    steps.push(...endSteps(track, other), ...transitionSteps(track, other));
  }
  return steps;
}

/** The gap behind the last clip. */
function endSteps(now: TrackView, wanted: TrackView): readonly ScriptStep[] {
  const track = wanted.label;
  if (now.end > wanted.end) return [{ op: 'extract', track, range: [wanted.end, now.end] }];
  return now.end < wanted.end ? [{ op: 'insert', track, at: now.end, clip: { gap: wanted.end - now.end } }] : [];
}

function isPlacedAlike(a: TrackView, b: TrackView): boolean {
  return (
    a.label === b.label &&
    a.items.length === b.items.length &&
    a.items.every((item, i) => {
      const other = b.items[i];
      return (
        other !== undefined &&
        item.record.in === other.record.in &&
        item.record.out === other.record.out &&
        equals(item.duration, other.duration)
      );
    })
  );
}

function itemSteps(
  old: TrackItem,
  next: TrackItem,
  rate: Rate,
  innerScript: InnerScript,
): readonly ScriptStep[] | null {
  const select = { track: next.track, atFrame: next.record.in, name: old.name };
  if (old.node.kind !== next.node.kind) return overwritten(next, rate);
  const inner = old.inside === next.inside ? [] : innerScript(old, next);
  if (inner === null) return overwritten(next, rate);
  const steps: ScriptStep[] = [];
  const replaced = mediaStep(old, next, rate);
  if (replaced === null) return overwritten(next, rate);
  if (replaced !== 'same') steps.push({ op: 'replace', ...select, ...replaced });
  const isBegun = replaced !== 'same' || equals(old.start, next.start);
  if (!isSameSpeed(old.speed, next.speed)) {
    const parts = retimeParts(isBegun ? { ...old, start: next.start } : old, next, rate);
    steps.push({ op: 'retime', ...select, ...parts });
  } else if (!isBegun) {
    steps.push({ op: 'slip', ...select, delta: frameText(subtract(next.start, old.start), rate) });
  }
  const effects = effectSteps(old.node.effects, next.node.effects);
  if (effects === null) return overwritten(next, rate);
  const state = stateStep(old, next, replaced !== 'same');
  return [
    ...steps,
    ...effects.map((parts): ScriptStep => ({ ...select, ...parts })),
    ...(Object.keys(state).length === 0 ? [] : [{ op: 'set', ...select, ...state }]),
    ...inner.map((step): ScriptStep => ({ ...step, inside: insideOf(select, step['inside']) })),
  ];
}

/** The compound's place, around what a step within it names as its own. */
function insideOf(select: ScriptPart, own: Json | undefined): Json {
  if (typeof own !== 'object' || own === null || Array.isArray(own)) return select;
  const inner = own as ScriptPart;
  return { ...inner, inside: insideOf(select, inner['inside']) };
}

interface ScriptPart {
  readonly [key: string]: Json;
}

/** What nothing else can say is put in anew, whole. */
function overwritten(next: TrackItem, rate: Rate): readonly ScriptStep[] | null {
  const clip = clipStep(next, rate);
  return clip === null ? null : [{ op: 'overwrite', track: next.track, at: next.record.in, clip }];
}

/** Other media; `same` where there is nothing to do, null where it has no spelling. */
function mediaStep(old: TrackItem, next: TrackItem, rate: Rate): ScriptPart | 'same' | null {
  if (old.node.kind !== 'Clip' || next.node.kind !== 'Clip' || old.media === next.media) return 'same';
  const reference = activeReferenceOrNull(next.node);
  if (reference === null) return null;
  if (reference.kind === 'MissingReference' && activeReferenceOrNull(old.node)?.kind === 'MissingReference')
    return 'same';
  const isFile = reference.kind === 'ExternalReference' && reference.metadata.entries.length === 0;
  const media = isFile ? reference.targetUrl : otioStep(reference);
  if (media === null) return null;
  const range = isFile ? reference.availableRange : null;
  const ends = range === null ? [] : [secondsFromTime(range.start), secondsFromTime(endOfRange(range))];
  return {
    media,
    ...(ends.length === 0 ? {} : { available: ends.map((end) => frameText(end, rate)) }),
    ...(equals(old.start, next.start) ? {} : { from: frameText(next.start, rate) }),
    ...(old.name === next.name ? {} : { rename: next.name }),
  };
}

/** Switched, renamed, and what no model says. */
function stateStep(old: TrackItem, next: TrackItem, isRenamed: boolean): ScriptPart {
  const contents = (item: TrackItem): string => canonicalJson(unmodelledOf(item.node).map(({ content }) => content));
  return {
    ...(old.node.enabled === next.node.enabled ? {} : { enabled: next.node.enabled }),
    ...(isRenamed || old.name === next.name ? {} : { rename: next.name }),
    ...(contents(old) === contents(next)
      ? {}
      : { unmodelled: unmodelledOf(next.node).map((one): Json => ({ ...one })) }),
  };
}

/** A step's part that says an effect. */
type EffectPart = ScriptPart & { readonly op: 'setEffect' | 'removeEffect' };

/** Takes away, changes and adds effects; where that leaves another order, all are set anew. Null where one has no spelling. */
function effectSteps(old: readonly Effect[], next: readonly Effect[]): readonly EffectPart[] | null {
  const [before, after] = [numbered(old), numbered(next)];
  if (before.length === 0 && after.length === 0) return [];
  const keyOf = ({ kind, number }: Numbered): string => `${kind} ${number}`;
  const [oldKeys, newKeys] = [before.map(keyOf), after.map(keyOf)];
  const kept = oldKeys.filter((key) => newKeys.includes(key));
  const result = [...kept, ...newKeys.filter((key) => !oldKeys.includes(key))];
  const isInOrder = result.every((key, at) => key === newKeys[at]);
  // From the last one: the numbers of those before it stay.
  const removed = before.filter((one) => !isInOrder || !newKeys.includes(keyOf(one))).toReversed();
  const steps: EffectPart[] = removed.map(({ kind, number }) => ({
    op: 'removeEffect',
    effect: kind,
    ...numberPart(number),
  }));
  for (const one of after) {
    const was = isInOrder ? before[oldKeys.indexOf(keyOf(one))] : undefined;
    if (was !== undefined && effectText(was.effect) === effectText(one.effect)) continue;
    const effect = effectStep(one.effect);
    if (effect === null) return null;
    steps.push({ op: 'setEffect', effect, ...numberPart(one.number) });
  }
  return steps;
}

interface Numbered {
  readonly effect: Effect;
  readonly kind: string;
  readonly number: number;
}

function numbered(effects: readonly Effect[]): readonly Numbered[] {
  const counts = new Map<string, number>();
  return effects
    .filter((effect) => !isTimeEffect(effect))
    .map((effect) => {
      const kind = effectKind(effect);
      const number = (counts.get(kind) ?? 0) + 1;
      counts.set(kind, number);
      return { effect, kind, number };
    });
}

function numberPart(number: number): { readonly number?: number } {
  return number === 1 ? {} : { number };
}

/** An effect of the vocabulary by its value, any other one as OTIO. */
function effectStep(effect: Effect): Json | null {
  const value = member(effect.metadata, 'patchwork');
  const isPlain =
    knownEffect(effect) !== null &&
    effect.enabled &&
    effect.metadata.entries.length === 1 &&
    effect.schemaName === 'Effect' &&
    effect.effectName === knownEffect(effect)?.type;
  return isPlain && value !== undefined ? plainJson(value) : otioStep(effect);
}

function transitionSteps(now: TrackView, wanted: TrackView): readonly ScriptStep[] {
  const place = (cut: TransitionView): ScriptPart => ({ track: wanted.label, at: cut.at });
  const gone = now.cuts.filter((cut) => !wanted.cuts.some((other) => other.at === cut.at));
  const set = wanted.cuts.flatMap((cut): ScriptStep[] => {
    const old = now.cuts.find((other) => other.at === cut.at);
    const { transitionType: type, enabled } = cut.node;
    const isSame =
      old?.before === cut.before &&
      old.after === cut.after &&
      old.node.transitionType === type &&
      old.node.enabled === enabled;
    if (isSame) return [];
    const isOther = type !== (old?.node.transitionType ?? 'SMPTE_Dissolve');
    return [
      {
        op: 'setTransition',
        ...place(cut),
        in: cut.before,
        out: cut.after,
        ...(isOther ? { type } : {}),
        ...(enabled === (old?.node.enabled ?? true) ? {} : { enabled }),
      },
    ];
  });
  return [...gone.map((cut): ScriptStep => ({ op: 'removeTransition', ...place(cut) })), ...set];
}
