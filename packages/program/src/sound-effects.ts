import { add, type Rational, subtract } from '@patchwork/time';
import { type Item, knownEffect, type Unmodelled, unmodelledOf } from '@patchwork/timeline';
import { type GainFactor, type OwnClock, panFactor, rampFactor, recordWhere, volumeFactor } from './gain-factor.ts';
import { unknownEffect } from './item-effects.ts';
import { asShot, type OwnRange, type Retime, withSpeed } from './retime.ts';

/** An item's effects that bear on its sound. */
export interface SoundEffects {
  readonly retime: Retime;
  readonly factors: readonly GainFactor[];
  readonly unmodelled: readonly Unmodelled[];
}

/** Reads the effects of an item that bear on its sound. `clock` is the item's own time, before any retime. */
export function soundEffects(item: Item, range: OwnRange, clock: OwnClock): SoundEffects {
  const factors: GainFactor[] = [];
  const unmodelled: Unmodelled[] = [...unmodelledOf(item)];
  let retime: Retime = asShot;
  for (const effect of item.effects) {
    if (!effect.enabled) continue;
    unmodelled.push(...unmodelledOf(effect));
    if (effect.timeScalar !== null) {
      const sped = withSpeed(retime, effect);
      if (sped === null) unmodelled.push(unknownEffect(effect));
      else retime = sped;
      continue;
    }
    const known = knownEffect(effect);
    if (known === null) {
      if (unmodelledOf(effect).length === 0) unmodelled.push(unknownEffect(effect));
    } else if (known.type === 'timeMap') {
      if (retime === asShot && known.points.length > 0) retime = { kind: 'points', effect: known };
      else unmodelled.push(unknownEffect(effect));
    } else if (known.type === 'volume') {
      factors.push(volumeFactor(known.gainDb, clock));
    } else if (known.type === 'pan') {
      factors.push(panFactor(known.pan, clock));
    } else if (known.type === 'fade') {
      factors.push(...fadeFactors(known.inSeconds, known.outSeconds, range, clock));
    }
  }
  return { retime, factors, unmodelled };
}

/** Straight lines from nothing at the item's start and to nothing at its end. */
function fadeFactors(fadeIn: Rational, fadeOut: Rational, range: OwnRange, clock: OwnClock): readonly GainFactor[] {
  const end = add(range.start, range.duration);
  const factors: GainFactor[] = [];
  if (fadeIn.num > 0) factors.push(ownRamp(range.start, add(range.start, fadeIn), 0, 1, clock));
  if (fadeOut.num > 0) factors.push(ownRamp(subtract(end, fadeOut), end, 1, 0, clock));
  return factors;
}

/** A straight line between two own times. */
export function ownRamp(from: Rational, to: Rational, start: number, end: number, clock: OwnClock): GainFactor {
  const [first, last] = [recordWhere(from, clock), recordWhere(to, clock)];
  return clock.slope.num > 0 ? rampFactor(first, last, start, end) : rampFactor(last, first, end, start);
}
