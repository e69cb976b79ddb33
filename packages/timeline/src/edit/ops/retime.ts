import { PatchworkError } from '@patchwork/kernel';
import { compare, divide, max, min, multiply, negate, subtract, toNumber, zero, type Rational } from '@patchwork/time';
import { makeFreezeFrame, makeTimeWarp } from '../../builders.ts';
import { knownEffect, makeEffect } from '../../known-effect.ts';
import type { Effect, Item } from '../../model.ts';
import { trimmedRange } from '../../ranges.ts';
import type { EditContext } from '../context.ts';
import type { RetimeEdit, RetimeSpeed } from '../edit.ts';
import { expectValidLength, type Lane } from '../lane.ts';
import { freshGap, lengthOfItem, wholePiece, withEdges } from '../piece.ts';
import { isTimeEffect, speedOf, stretchedParts } from '../retime.ts';
import { roomOf } from '../room.ts';
import { frameOf, secondsAsTime, secondsOfTime, wholeFrames } from '../seconds.ts';

/**
 * Runs an item at another speed. It begins where it began in its media; with a new length key frames and markers are
 * stretched with it.
 *
 * ```text
 *                                 |0 A 50|0 B 10|
 * half speed                 ->   |0 A 50|0 B 10|                 25 frames of media, each twice
 * half speed, length media   ->   |0    A    100|0 B 10|          B moves
 * double, length 25, no ripple -> |0 A 25| GAP 25 |0 B 10|
 * ```
 */
export function retime(context: EditContext, edit: RetimeEdit): void {
  const { lane, index, item } = context.transaction.locate(edit.item);
  expectValidLength(item);
  if (item.kind === 'Gap') throw refusal('a gap has no speed', item);
  const old = lengthOfItem(item);
  const length = lengthFor(context, lane, item, edit);
  const range = trimmedRange(item);
  const parts =
    compare(length, old) === 0
      ? { effects: item.effects, markers: item.markers }
      : stretchedParts(item, secondsOfTime(range.start), divide(length, old));
  const changed: Item = {
    ...item,
    sourceRange: { start: edit.from ?? range.start, duration: secondsAsTime(length, range.duration.rate) },
    effects: retimedEffects(parts.effects, edit.speed),
    markers: parts.markers,
  };
  putAtLength(context, { lane, index, item, op: 'retime' }, changed, edit.ripple ?? true);
}

/** An item about to become another one of perhaps another length. */
interface Slot {
  readonly lane: Lane;
  readonly index: number;
  readonly item: Item;
  readonly op: string;
}

/** Puts a changed item in its place, as long as its media allow; without ripple a gap takes up the difference. */
export function putAtLength(context: EditContext, slot: Slot, wanted: Item, ripple: boolean): void {
  const { lane, index, item, op } = slot;
  const [old, asked] = [lengthOfItem(item), lengthOfItem(wanted)];
  const next = lane.after(index);
  const gap = next !== -1 && lane.item(next).kind === 'Gap' ? lengthOfItem(lane.item(next)) : zero;
  const grows = !ripple && next !== -1 && compare(asked, old) > 0;
  const media = mediaLength(wanted, lane);
  if (media?.num === 0) throw refusal('its media have no frame left for it there', item);
  const most = grows ? min(asked, subtract(old, negate(gap))) : asked;
  const length = media === null ? most : min(most, media);
  if (compare(length, asked) !== 0) context.note(asked, length, { op, edge: 'length', item, lane, index });
  const range = trimmedRange(wanted);
  const placed: Item = {
    ...wanted,
    sourceRange: { start: range.start, duration: secondsAsTime(length, range.duration.rate) },
  };
  const piece = { ...wholePiece(item), item: placed };
  // With media that are too short, a replaced clip leaves a gap; a retimed one only where nothing may move.
  const freed = subtract(old, length);
  if (ripple || freed.num === 0 || next === -1) {
    context.transaction.rewrite(lane, { first: index, last: index }, [piece]);
  } else if (freed.num > 0) {
    context.transaction.rewrite(lane, { first: index, last: index }, [piece, freshGap(freed, lane.rate)]);
  } else {
    const beside = lane.item(next);
    const rest =
      compare(negate(freed), gap) === 0
        ? []
        : [{ ...wholePiece(beside), item: withEdges(beside, negate(freed), zero, lane.rate) }];
    context.transaction.rewrite(lane, { first: index, last: next }, [piece, ...rest]);
  }
}

/** How long an item can play from where it begins, in whole frames; null without limit. */
function mediaLength(item: Item, lane: Lane): Rational | null {
  const range = trimmedRange(item);
  const empty: Item = { ...item, sourceRange: { start: range.start, duration: { ...range.duration, value: zero } } };
  const { head, tail } = roomOf(empty);
  const most = speedOf(item).num < 0 ? head : tail;
  return most === null ? null : wholeFrames(most, lane.rate);
}

function lengthFor(context: EditContext, lane: Lane, item: Item, { length, speed }: RetimeEdit): Rational {
  const old = lengthOfItem(item);
  if (length === undefined) return old;
  if (length !== 'media') return context.length(length, lane, 'the retimed item');
  const [before, after] = [isRamp(item) ? zero : speedOf(item), 'points' in speed ? zero : speed];
  if (before.num === 0 || after.num === 0) throw refusal('a freeze or a ramp says no length', item);
  const media = multiply(old, absolute(before));
  return max(frameOf(lane.rate), wholeFrames(divide(media, absolute(after)), lane.rate));
}

function isRamp({ effects }: Item): boolean {
  return effects.some((effect) => effect.enabled && effect.timeScalar === null && isTimeEffect(effect));
}

/** The effects with one speed in place of those that there were; normal speed is none. */
function retimedEffects(effects: readonly Effect[], speed: RetimeSpeed): readonly Effect[] {
  const others = effects.filter((effect) => !isTimeEffect(effect) || !effect.enabled);
  if ('points' in speed) return [...others, checkedRamp(speed)];
  if (speed.num === speed.den) return others;
  return [...others, speed.num === 0 ? makeFreezeFrame() : makeTimeWarp(toNumber(speed))];
}

/** @throws PW_EFFECT_MALFORMED for points that do not ascend */
function checkedRamp({ points, sampling }: Exclude<RetimeSpeed, Rational>): Effect {
  const effect = makeEffect({ type: 'timeMap', points, sampling });
  knownEffect(effect);
  return effect;
}

function absolute(speed: Rational): Rational {
  return { num: Math.abs(speed.num), den: speed.den };
}

function refusal(why: string, item: Item): PatchworkError {
  return new PatchworkError('PW_EDIT_SPEED', `"${item.name}" cannot be retimed: ${why}`, {
    hint: 'Give the length in frames, and a begin from which the media last.',
    details: { item: item.id },
  });
}
