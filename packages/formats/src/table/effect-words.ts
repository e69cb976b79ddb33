import { toNumber } from '@patchwork/time';
import { knownEffect, unmodelledOf, type Effect, type Item, type KnownEffect, type Param } from '@patchwork/timeline';

/** What an item's effects come to, in a few words each; repeats are counted, and what changes nothing is left out. */
export function effectWords(item: Item): readonly string[] {
  const words = item.effects.flatMap((effect) => {
    const said = wordsOf(effect);
    return effect.enabled || said.length === 0 ? said : [`${said.join(', ')} (off)`];
  });
  const all = [...words, ...unmodelledOf(item).map(({ label }) => `not modelled: ${label}`)];
  return [...new Set(all)].map((word) => {
    const count = all.filter((other) => other === word).length;
    return count === 1 ? word : `${word} (${count} times)`;
  });
}

function wordsOf(effect: Effect): readonly string[] {
  if (effect.schemaName === 'FreezeFrame') return ['freeze'];
  if (effect.timeScalar !== null) return effect.timeScalar === 1 ? [] : [`speed ${percent(effect.timeScalar)}`];
  const known = knownEffect(effect);
  if (known !== null) return knownWords(known);
  // A reader that knows the program behind a file calls the effect as that program does.
  const labels = unmodelledOf(effect).map(({ label }) => `not modelled: ${label}`);
  return labels.length > 0 ? labels : [`effect "${effect.effectName}"`];
}

function knownWords(known: KnownEffect): readonly string[] {
  switch (known.type) {
    case 'transform': {
      const { position, scale, rotation, anchor } = known;
      return [
        ...point('position', position.x, position.y),
        ...scaleWords(scale.x, scale.y),
        ...(rotation === 0 ? [] : [`turned ${shown(rotation, (value) => `${number(value)}°`)}`]),
        ...point('anchor', anchor.x, anchor.y),
      ];
    }
    case 'crop': {
      const sides = (['left', 'right', 'top', 'bottom'] as const).filter((side) => known[side] !== 0);
      const parts = sides.map((side) => `${side} ${shown(known[side], percent)}`);
      return parts.length === 0 ? [] : [`${known.inPlace === true ? 'trim' : 'crop'} ${parts.join(' ')}`];
    }
    case 'opacity':
      return known.opacity === 1 ? [] : [`opacity ${shown(known.opacity, percent)}`];
    case 'composite':
      return known.mode === 'normal' ? [] : [`mode ${known.mode}`];
    case 'conform':
      return known.mode === 'fit' ? [] : [known.mode === 'none' ? 'pixel by pixel' : 'fills the frame'];
    case 'timeMap':
      return [
        `${known.points.length < 3 ? 'retime' : 'speed ramp'}${known.sampling === 'blend' ? ', frames mixed' : ''}`,
      ];
    case 'volume':
      return known.gainDb === 0 ? [] : [`volume ${shown(known.gainDb, (value) => `${number(value)} dB`)}`];
    case 'pan':
      return known.pan === 0 ? [] : [`pan ${shown(known.pan, number)}`];
    case 'fade':
      return [`fade in ${seconds(known.inSeconds)} out ${seconds(known.outSeconds)}`];
    case 'burnIn':
      return [`burn-in ${known.content}`];
  }
}

function point(name: string, x: Param, y: Param): readonly string[] {
  return x === 0 && y === 0 ? [] : [`${name} ${shown(x, number)}, ${shown(y, number)}`];
}

function scaleWords(x: Param, y: Param): readonly string[] {
  if (x === 1 && y === 1) return [];
  const [across, up] = [shown(x, percent), shown(y, percent)];
  return [across === up ? `scale ${across}` : `scale ${across} × ${up}`];
}

function shown(param: Param, spell: (value: number) => string): string {
  if (typeof param === 'number') return spell(param);
  const values = param.keyframes.map(({ value }) => value);
  const [first, last] = [values[0], values.at(-1)];
  if (first === undefined || last === undefined) return 'keyed';
  if (values.length < 3) return `${spell(first)} … ${spell(last)}`;
  return `${spell(Math.min(...values))} … ${spell(Math.max(...values))} (${values.length} key frames)`;
}

function seconds(time: { readonly num: number; readonly den: number }): string {
  return `${number(toNumber(time))} s`;
}

function percent(value: number): string {
  return `${number(value * 100)} %`;
}

function number(value: number): string {
  return String(Number(value.toPrecision(5)));
}
