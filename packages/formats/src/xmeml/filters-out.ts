import { knownEffect, unmodelledOf, type Item } from '@patchwork/timeline';
import { decimal } from '../fcpxml/writer/decimals.ts';
import { timeEffectsOf } from '../fcpxml/writer/links.ts';
import type { XmlOut } from '../xml/write.ts';
import { motionFilter } from './motion-out.ts';
import { animated, filter, percent } from './param-out.ts';
import { timeFilters } from './time-out.ts';
import type { TrackContext } from './writing.ts';

/** Writes the effects of an item as filters; what has no place is reported. */
export function filtersOf(context: TrackContext, item: Item, where: string): XmlOut[] {
  const { notSaid } = context.writing;
  for (const { label } of unmodelledOf(item)) notSaid.add('PW_WRITE_EFFECT', 'error', `${label} was left out`, where);
  const times = timeEffectsOf(item);
  const filters = timeFilters(context, item, where);
  const moves = item.effects.flatMap((effect) => {
    const known = effect.enabled ? knownEffect(effect) : null;
    return known?.type === 'transform' ? [known] : [];
  });
  filters.push(...motionFilter(context, item, moves[0] ?? null, where));
  if (moves.length > 1)
    notSaid.add('PW_WRITE_EFFECT', 'error', 'a second transform has no place in xmeml; it was left out', where);
  for (const effect of item.effects) {
    if (times.includes(effect)) continue;
    const known = effect.enabled ? knownEffect(effect) : null;
    if (known?.type === 'opacity')
      filters.push(
        filter('opacity', 'Opacity', 'video', [animated(context, item, 'opacity', known.opacity, percent, where)]),
      );
    else if (known?.type === 'volume')
      filters.push(
        filter('audiolevels', 'Audio Levels', 'audio', [
          animated(context, item, 'level', known.gainDb, gainText, where),
        ]),
      );
    else if (known?.type === 'pan')
      filters.push(
        filter('audiopan', 'Audio Pan', 'audio', [animated(context, item, 'pan', known.pan, decimal, where)]),
      );
    else if (known?.type === 'crop' && known.inPlace === true)
      filters.push(
        filter(
          'crop',
          'Crop',
          'video',
          (['left', 'right', 'top', 'bottom'] as const).map((side) =>
            animated(context, item, side, known[side], percent, where),
          ),
        ),
      );
    else if (known?.type !== 'transform' && known?.type !== 'conform')
      notSaid.add(
        'PW_WRITE_EFFECT',
        effect.enabled ? 'error' : 'note',
        `the effect "${known?.type ?? effect.effectName}" has no place in xmeml; it was left out`,
        where,
      );
  }
  return filters;
}

function gainText(gainDb: number): string {
  return decimal(gainDb <= -1000 ? 0 : 10 ** (gainDb / 20));
}
