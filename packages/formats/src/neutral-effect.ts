import { knownEffect, type Effect, type KnownEffect } from '@patchwork/timeline';

/** Tells whether an effect changes nothing: some programs write all of them on every clip. */
export function isNeutralEffect(effect: Effect): boolean {
  if (effect.timeScalar !== null) return effect.timeScalar === 1 && effect.schemaName !== 'FreezeFrame';
  const known = knownEffect(effect);
  return known !== null && isNeutral(known);
}

/** Tells whether what the vocabulary says changes nothing. */
export function isNeutral(known: KnownEffect): boolean {
  switch (known.type) {
    case 'opacity':
      return known.opacity === 1;
    case 'volume':
      return known.gainDb === 0;
    case 'pan':
      return known.pan === 0;
    case 'composite':
      return known.mode === 'normal';
    case 'conform':
      return known.mode === 'fit';
    default:
      return false;
  }
}
