import { isPatchworkError } from '@patchwork/kernel';
import { makeExternalReference, makeRange } from '../builders.ts';
import type { Edit } from '../edit/edit.ts';
import { planEdit } from '../edit/plan.ts';
import type { Clip, Item, Timeline } from '../model.ts';
import { effectKind, makeEffect } from '../known-effect.ts';
import { isItem } from '../ranges.ts';
import { lengthIn } from './frame-map.ts';
import { at, clip, firstTrack, fps } from './lane-text.ts';
import type { EditSeed } from './random-track.ts';

/** The items of the first track. */
export function itemsOf(timeline: Timeline): Item[] {
  return firstTrack(timeline).children.filter((child) => isItem(child));
}

/** The edit of a seed, and what the laws need to know about it. */
export interface DrawnEdit {
  readonly edit: Edit;
  /** The item it is about, where it stands, and its neighbours; null for edits of places. */
  readonly item: Item | null;
  readonly start: number;
  readonly previous: Item | null;
  readonly next: Item | null;
  readonly at: number;
  readonly incoming: Clip;
}

/** Makes an edit that fits a timeline out of drawn numbers; null where the op has no object (an empty track). */
export function editFrom(seed: EditSeed, timeline: Timeline): DrawnEdit | null {
  const track = firstTrack(timeline);
  const items = itemsOf(timeline);
  const index = seed.item % Math.max(1, items.length);
  const item = items[index];
  const start = items.slice(0, index).reduce((sum, one) => sum + lengthIn(one), 0);
  const total = items.reduce((sum, one) => sum + lengthIn(one), 0);
  const place = seed.at % (total + 10);
  const incoming = clip(`new${seed.item}`, 500, 500 + seed.length) as Clip;
  const common = {
    item: item ?? null,
    start,
    previous: items[index - 1] ?? null,
    next: items[index + 1] ?? null,
    at: place,
    incoming,
  };
  const deltas = {
    ...(seed.deltaIn === null ? {} : { deltaIn: at(seed.deltaIn) }),
    ...(seed.deltaOut === null ? {} : { deltaOut: at(seed.deltaOut) }),
  };
  const edit = ((): Edit | null => {
    switch (seed.op) {
      case 'overwrite':
        return { op: 'overwrite', item: incoming, track: track.id, at: at(place) };
      case 'insert':
        return { op: 'insert', item: incoming, track: track.id, at: at(place) };
      case 'lift':
      case 'extract':
        return { op: seed.op, track: track.id, range: makeRange(place, seed.length, fps) };
      case 'slice':
        return { op: 'slice', target: track.id, at: at(place) };
      case 'fill': {
        const gap = items.findIndex((one) => one.kind === 'Gap');
        if (gap === -1) return null;
        const from = items.slice(0, gap).reduce((sum, one) => sum + lengthIn(one), 0);
        const reference = (['source', 'sequence', 'fit'] as const)[seed.choice % 3] ?? 'source';
        return { op: 'fill', item: incoming, track: track.id, at: at(from), reference };
      }
      case 'join':
      case 'removeTransition':
      case 'setTransition': {
        // At a cut: what is nowhere is refused, and those refusals have tests of their own.
        const cut =
          seed.op === 'removeTransition' ? transitionCut(timeline, seed.item) : item === undefined ? null : start;
        if (cut === null) return null;
        if (seed.op === 'join') return { op: 'join', track: track.id, at: at(cut) };
        if (seed.op === 'removeTransition') return { op: 'removeTransition', track: track.id, at: at(cut) };
        const [inOffset, outOffset] = [at(seed.choice), at(seed.length % 6)];
        if (seed.choice + (seed.length % 6) === 0) return null;
        return { op: 'setTransition', track: track.id, at: at(cut), inOffset, outOffset };
      }
      default:
    }
    if (item === undefined) return null;
    switch (seed.op) {
      case 'retime': {
        if (item.kind === 'Gap') return null;
        const speed = [
          { num: 1, den: 2 },
          { num: 2, den: 1 },
          { num: -1, den: 1 },
          { num: 0, den: 1 },
          { num: 1, den: 1 },
        ][seed.choice % 5];
        const length = seed.deltaIn === null ? {} : { length: at(seed.length) };
        const from = seed.deltaOut === null ? {} : { ripple: seed.deltaOut > 0 };
        return { op: 'retime', item: item.id, speed: speed ?? { num: 1, den: 1 }, ...length, ...from };
      }
      case 'replace': {
        if (item.kind !== 'Clip') return null;
        const media = makeExternalReference({
          targetUrl: '/media/other.mov',
          availableRange: makeRange(40, 20 + seed.length, fps),
        });
        return { op: 'replace', item: item.id, media, from: at(40 + seed.choice), name: `other${seed.item}` };
      }
      case 'setEffect':
        return { op: 'setEffect', item: item.id, effect: makeEffect({ type: 'opacity', opacity: seed.choice / 10 }) };
      case 'removeEffect':
        return item.effects.some((effect) => effectKind(effect) === 'opacity')
          ? { op: 'removeEffect', item: item.id, effect: 'opacity' }
          : null;
      case 'set':
        return { op: 'set', item: item.id, enabled: seed.choice % 2 === 0 };
      case 'trim':
      case 'ripple':
      case 'roll':
        return { op: seed.op, item: item.id, ...deltas };
      case 'slip':
      case 'slide':
        return { op: seed.op, item: item.id, delta: at(seed.deltaIn ?? 0) };
      case 'remove':
        return { op: 'remove', item: item.id, fill: seed.choice % 2 === 0 };
      case 'move':
        return { op: 'move', item: item.id, at: at(place) };
      default:
        return null;
    }
  })();
  return edit === null || !isPossible(timeline, edit) ? null : { edit, ...common };
}

/** Where the n-th transition of the first track stands; null without any. */
function transitionCut(timeline: Timeline, number: number): number | null {
  let cut = 0;
  const cuts: number[] = [];
  for (const child of firstTrack(timeline).children) {
    if (child.kind === 'Transition') cuts.push(cut);
    else if (isItem(child)) cut += lengthIn(child);
  }
  return cuts[number % Math.max(1, cuts.length)] ?? null;
}

/** A join of what no blade divided, a transition or a speed without media, are refused, and refusals have tests of their own. */
function isPossible(timeline: Timeline, edit: Edit): boolean {
  if (!['join', 'setTransition', 'retime', 'replace'].includes(edit.op)) return true;
  try {
    planEdit(timeline, edit);
    return true;
  } catch (error) {
    if (isPatchworkError(error) && ['PW_EDIT_JOIN', 'PW_EDIT_LENGTH', 'PW_EDIT_SPEED'].includes(error.code))
      return false;
    throw error;
  }
}
