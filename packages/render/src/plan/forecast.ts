import { mergeReasons } from '@patchwork/plan';
import type { RenderContext } from '../run/context.ts';
import { costOf } from './forecast-cost.ts';
import type { Forecast, Place } from './outcome.ts';
import type { Preparation } from './preparation.ts';
import { isUpToDate } from './up-to-date.ts';
import { watchList } from './watch-list.ts';

/** What a preparation promises: the dry run's whole answer, and the promise that a run is held to. */
export function forecastOf(context: RenderContext, preparation: Preparation): Forecast {
  const { plan, program, previous, range } = preparation;
  const place: Place = { rate: program.canvas.rate, offset: range?.in ?? 0, start: program.start };
  return {
    kind: 'forecast',
    plan,
    canvas: program.canvas,
    place,
    isStanding: isUpToDate(preparation) && isRecorded(preparation),
    dirty: preparation.dirty,
    reasons: mergeReasons(plan.missing.flatMap(({ reasons }) => reasons)).map((reason) => ({
      ...reason,
      range: { in: reason.range.in + place.offset, out: reason.range.out + place.offset },
    })),
    watch: watchList(previous?.program ?? null, program).map((stretch) => ({
      in: stretch.in + place.offset,
      out: stretch.out + place.offset,
      about: stretch.about.map((each) => ({ in: each.in + place.offset, out: each.out + place.offset })),
    })),
    diagnostics: preparation.diagnostics,
    estimate: costOf(context, preparation),
  };
}

/** Tells whether the film is trusted by the history that lies beside it: one that the store alone keeps can go from there. */
function isRecorded({ base }: Preparation): boolean {
  return base.kind === 'ours' && base.trusted && base.ledger.carried === null;
}
