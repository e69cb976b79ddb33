import type { Json } from '@patchwork/kernel';
import { equals, subtract, type Rate } from '@patchwork/time';
import { activeReferenceOrNull, emptyObject, plainJson, type Transition } from '@patchwork/timeline';
import type { ScriptStep } from '../changes/change.ts';
import { effectSteps } from './effect-step.ts';
import { isSameNode, sameMetadata } from './exact-node.ts';
import { markerSteps, markPart, trackMarkSteps, unmodelledPart, type MarkOptions } from './mark-step.ts';
import { clipStep, fileParts, frameText, otioStep, retimeParts } from './step-writer.ts';
import { isSameSpeed, type TrackItem, type TrackView, type TransitionView } from '../items/track-item.ts';

/** Writes the steps within a compound; null where they cannot be said. */
export type InnerScript = (old: TrackItem, next: TrackItem) => readonly ScriptStep[] | null;

/** How looks are told. */
export interface LookOptions {
  readonly innerScript: InnerScript;
  /** Null for looks alone, without marks and tracks. */
  readonly marks: MarkOptions | null;
}

/**
 * What is left once everything stands in its place: media, speeds, slips, effects, names, compounds, then transitions. Null where
 * something does not stand in its place, or cannot be said.
 */
export function lookSteps(
  now: readonly TrackView[],
  wanted: readonly TrackView[],
  rate: Rate,
  options: LookOptions,
): ScriptStep[] | null {
  if (now.length !== wanted.length) return null;
  const steps: ScriptStep[] = [];
  for (const [at, track] of now.entries()) {
    const other = wanted[at];
    if (other === undefined || !isPlacedAlike(track, other)) return null;
    const pairs = track.items.map((item, i) => [item, other.items[i] ?? item] as const);
    for (const [old, next] of pairs) {
      const written = itemSteps(old, next, rate, options);
      if (written === null) return null;
      steps.push(...written);
    }
    steps.push(...endSteps(track, other), ...transitionSteps(track, other, options));
    if (options.marks !== null)
      steps.push(...trackMarkSteps({ track: other.label }, track.node, other.node, options.marks));
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
  { innerScript, marks }: LookOptions,
): readonly ScriptStep[] | null {
  if (old.node === next.node) return [];
  const select = { track: next.track, atFrame: next.record.in, name: old.name };
  if (old.node.kind !== next.node.kind) return overwritten(next, rate);
  const inner = isSameInside(old, next, marks) ? [] : innerScript(old, next);
  if (inner === null) return overwritten(next, rate);
  const steps: ScriptStep[] = [];
  const replaced = mediaStep(old, next, rate, marks);
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
  const state = {
    ...stateStep(old, next, replaced !== 'same'),
    ...(marks === null ? {} : markPart(old.node, next.node, marks)),
  };
  const all = [
    ...steps,
    ...effects.map((parts): ScriptStep => ({ ...select, ...parts })),
    ...(Object.keys(state).length === 0 ? [] : [{ op: 'set', ...select, ...state }]),
    ...(marks === null ? [] : markerSteps(select, old.node.markers, next.node.markers)),
    ...inner.map((step): ScriptStep => ({ ...step, inside: insideOf(select, step['inside']) })),
  ];
  // Other references, fields of nobody's: what no step says is put in whole.
  return all.length > 0 || marks === null || isSameNode(old.node, next.node) ? all : overwritten(next, rate);
}

/** What two compounds hold: by what is shown, or with marks by all of it. */
function isSameInside(old: TrackItem, next: TrackItem, marks: MarkOptions | null): boolean {
  if (old.inside !== next.inside) return false;
  const [a, b] = [old.node, next.node];
  if (marks === null || a.kind === 'Clip' || b.kind === 'Clip') return true;
  // What a compound is itself is told of it as of any clip.
  return isSameNode({ ...b, children: a.children }, b);
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
function mediaStep(old: TrackItem, next: TrackItem, rate: Rate, marks: MarkOptions | null): ScriptPart | 'same' | null {
  if (old.node.kind !== 'Clip' || next.node.kind !== 'Clip') return 'same';
  const [was, reference] = [activeReferenceOrNull(old.node), activeReferenceOrNull(next.node)];
  if (isSameMedia(old, next, marks)) return 'same';
  if (reference === null) return null;
  if (marks === null && reference.kind === 'MissingReference' && was?.kind === 'MissingReference') return 'same';
  const short = fileParts(reference, rate);
  const media = short?.media ?? otioStep(reference);
  if (media === null) return null;
  return {
    ...short,
    media,
    ...(equals(old.start, next.start) ? {} : { from: frameText(next.start, rate) }),
    ...(old.name === next.name ? {} : { rename: next.name }),
  };
}

function isSameMedia(old: TrackItem, next: TrackItem, marks: MarkOptions | null): boolean {
  if (old.node.kind !== 'Clip' || next.node.kind !== 'Clip') return true;
  if (marks === null) return old.media === next.media;
  const [a, b] = [activeReferenceOrNull(old.node), activeReferenceOrNull(next.node)];
  return a === null || b === null ? a === b : isSameNode(a, b);
}

/** Switched, renamed, and what no model says. */
function stateStep(old: TrackItem, next: TrackItem, isRenamed: boolean): ScriptPart {
  return {
    ...(old.node.enabled === next.node.enabled ? {} : { enabled: next.node.enabled }),
    ...(isRenamed || old.name === next.name ? {} : { rename: next.name }),
    ...unmodelledPart(old.node, next.node),
  };
}

function transitionSteps(now: TrackView, wanted: TrackView, { marks }: LookOptions): readonly ScriptStep[] {
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
    const isOther = type !== (old?.node.transitionType ?? 'SMPTE_Dissolve');
    // Another type is another transition, with nothing of the old one's.
    const named = marks === null ? {} : transitionMarks(isOther ? null : (old?.node ?? null), cut.node);
    if (isSame && Object.keys(named).length === 0) return [];
    return [
      {
        op: 'setTransition',
        ...place(cut),
        in: cut.before,
        out: cut.after,
        ...(isOther ? { type } : {}),
        ...(enabled === (old?.node.enabled ?? true) ? {} : { enabled }),
        ...named,
      },
    ];
  });
  return [...gone.map((cut): ScriptStep => ({ op: 'removeTransition', ...place(cut) })), ...set];
}

/** What a transition is called and carries. */
function transitionMarks(old: Transition | null, next: Transition): ScriptPart {
  return {
    ...((old?.name ?? '') === next.name ? {} : { rename: next.name }),
    ...(sameMetadata(old?.metadata ?? emptyObject, next.metadata) ? {} : { metadata: plainJson(next.metadata) }),
  };
}
