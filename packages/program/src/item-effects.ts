import { canonicalJson } from '@patchwork/kernel';
import {
  type BurnInEffect,
  type CropEffect,
  type Effect,
  type Item,
  type KnownEffect,
  knownEffect,
  type Param,
  plainJson,
  type TransformEffect,
  type Unmodelled,
  unmodelledOf,
} from '@patchwork/timeline';
import type { Affine } from './affine.ts';
import { withBurnIns } from './burn-in.ts';
import { type CropCurves, cropSides } from './crop.ts';
import { type Expression, unmodelled } from './expression.ts';
import { withOpacity } from './opacity.ts';
import { withTransform } from './transform.ts';
import { combinedCurve, type Curve, curveOf } from './param.ts';
import type { SourcePicture } from './picture.ts';
import type { Place, Resolver } from './resolver.ts';
import { asShot, type Retime, withSpeed } from './retime.ts';

/** An item's picture effects, in the order in which they are drawn. */
export interface ItemEffects {
  readonly retime: Retime;
  readonly sampling: 'nearest' | 'blend';
  readonly crop: CropCurves | null;
  readonly conform: SourcePicture['conform'];
  /** Applied after the conform, first first. */
  readonly wraps: readonly Wrap[];
  readonly burnIns: readonly BurnInEffect['content'][];
}

/** Draws one effect over an expression. */
type Wrap = (input: Expression) => Expression;

const noEffects: ItemEffects = {
  retime: asShot,
  sampling: 'nearest',
  crop: null,
  conform: 'fit',
  wraps: [],
  burnIns: [],
};

/** Reads the effects of an item that bear on its picture. `ownTime` places key frames on the record. */
export function itemEffects(item: Item, ownTime: Affine, where: string): ItemEffects {
  const things = unmodelledOf(item);
  if (item.effects.length === 0 && things.length === 0) return noEffects;
  const collector = new Collector(ownTime, where);
  for (const effect of item.effects) if (effect.enabled) collector.add(effect);
  for (const thing of things) collector.unmodelled(thing);
  return collector;
}

class Collector implements ItemEffects {
  retime: Retime = asShot;
  sampling: 'nearest' | 'blend' = 'nearest';
  crop: CropCurves | null = null;
  conform: SourcePicture['conform'] = 'fit';
  readonly wraps: Wrap[] = [];
  readonly burnIns: BurnInEffect['content'][] = [];
  readonly #ownTime: Affine;
  readonly #where: string;

  constructor(ownTime: Affine, where: string) {
    this.#ownTime = ownTime;
    this.#where = where;
  }

  add(effect: Effect): void {
    for (const thing of unmodelledOf(effect)) this.unmodelled(thing);
    if (effect.timeScalar !== null) {
      const retime = withSpeed(this.retime, effect);
      if (retime === null) this.unmodelled(unknownEffect(effect));
      else this.retime = retime;
      return;
    }
    const known = knownEffect(effect);
    if (known !== null) this.#addKnown(known, effect);
    else if (unmodelledOf(effect).length === 0) this.unmodelled(unknownEffect(effect));
  }

  unmodelled(thing: Unmodelled): void {
    const label = `${thing.label} on ${this.#where}`;
    this.wraps.push((input) => unmodelled(input, label, thing.content));
  }

  #addKnown(known: KnownEffect, effect: Effect): void {
    switch (known.type) {
      case 'transform':
        this.wraps.push((input) => withTransform(input, this.#transformCurves(known)));
        return;
      case 'opacity':
        this.wraps.push((input) => withOpacity(input, this.#clampedCurve(known.opacity)));
        return;
      case 'crop':
        this.#addCrop(known, effect);
        return;
      case 'conform':
        this.conform = known.mode;
        return;
      case 'composite':
        if (known.mode === 'normal') return;
        this.unmodelled({ label: `composite mode "${known.mode}"`, content: `composite ${known.mode}` });
        return;
      case 'timeMap':
        if (this.retime !== asShot || known.points.length === 0) this.unmodelled(unknownEffect(effect));
        else this.retime = { kind: 'points', effect: known };
        this.sampling = known.sampling;
        return;
      case 'burnIn':
        this.burnIns.push(known.content);
        return;
      case 'volume':
      case 'pan':
      case 'fade':
        return;
    }
  }

  #curve(param: Param): Curve {
    return curveOf(param, this.#ownTime);
  }

  #clampedCurve(param: Param): Curve {
    const curve = this.#curve(param);
    const clamp = (value: number): number => Math.min(1, Math.max(0, value));
    return combinedCurve([curve], ([value]) => clamp(value ?? 1));
  }

  #transformCurves({ position, scale, rotation, anchor }: TransformEffect): Parameters<typeof withTransform>[1] {
    return {
      position: { x: this.#curve(position.x), y: this.#curve(position.y) },
      scale: { x: this.#curve(scale.x), y: this.#curve(scale.y) },
      rotation: this.#curve(rotation),
      anchor: { x: this.#curve(anchor.x), y: this.#curve(anchor.y) },
    };
  }

  /** Several crops all measure from the whole picture's edges: the furthest one counts. */
  #addCrop({ left, right, top, bottom, ...known }: CropEffect, effect: Effect): void {
    const inPlace = known.inPlace === true;
    const before = this.crop;
    // One conforms what the other leaves: no one rectangle says both.
    if (before !== null && before.inPlace !== inPlace) return this.unmodelled(unknownEffect(effect));
    const side = (param: Param, name: (typeof cropSides)[number]): Curve => {
      const curve = this.#clampedCurve(param);
      return before === null ? curve : combinedCurve([before[name], curve], (values) => Math.max(...values));
    };
    const crop = {
      inPlace,
      left: side(left, 'left'),
      right: side(right, 'right'),
      top: side(top, 'top'),
      bottom: side(bottom, 'bottom'),
    };
    const isNone = cropSides.every((name) => crop[name].constant === 0);
    this.crop = isNone ? null : crop;
  }
}

/** An effect that says nothing in the vocabulary, with all that it does say. */
export function unknownEffect(effect: Effect): Unmodelled {
  const name = effect.effectName === '' ? effect.schemaName : effect.effectName;
  const content = canonicalJson({
    schema: effect.schemaName,
    effect: effect.effectName,
    timeScalar: effect.timeScalar,
    metadata: plainJson(effect.metadata),
    extra: plainJson(effect.extra),
  });
  return { label: `effect "${name}"`, content };
}

/** Draws an item's effects over its conformed picture: the wraps, then its burn-ins. */
export function withItemEffects(
  input: Expression,
  effects: ItemEffects,
  place: Pick<Place, 'canvas' | 'track'>,
  resolver: Resolver,
): Expression {
  let result = input;
  for (const wrap of effects.wraps) result = wrap(result);
  return withBurnIns(result, effects.burnIns, place, resolver);
}
