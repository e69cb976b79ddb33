import { estimate, guessRates, mergeReasons } from '@patchwork/plan';
import { toNumber } from '@patchwork/time';
import { byteLength } from '@patchwork/store';
import type { RenderContext } from './context.ts';
import type { Forecast, Place } from './outcome.ts';
import type { Preparation } from './preparation.ts';
import { watchList } from './watch-list.ts';

/** What a preparation promises: the dry run's whole answer, and the promise that a run is held to. */
export function forecastOf(context: RenderContext, preparation: Preparation): Forecast {
  const { plan, program, profile, previous, range } = preparation;
  const place: Place = { rate: program.canvas.rate, offset: range?.in ?? 0, start: program.start };
  const seconds = program.frames / toNumber(program.canvas.rate);
  const cost = estimate(plan, seconds, guessRates(profile, context.workers().count));
  return {
    kind: 'forecast',
    plan,
    canvas: program.canvas,
    place,
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
    estimate: { seconds: cost.seconds, bytes: bytesNeeded(preparation, cost.freshBytes) },
  };
}

/** Kept chunks count with their true size; only what is to be rendered is guessed, by the kept ones where there are some. */
function bytesNeeded(preparation: Preparation, guessedFreshBytes: number): number {
  let kept = 0;
  let keptFrames = 0;
  for (const chunk of preparation.chunks) {
    const stored = preparation.atHand.get(chunk.key);
    if (stored === undefined) continue;
    kept += byteLength(stored);
    keptFrames += chunk.out - chunk.in;
  }
  const fresh = keptFrames > 0 ? (kept / keptFrames) * preparation.plan.rendered * 2 : guessedFreshBytes;
  const sound = preparation.sound?.pieces.reduce((sum, piece) => sum + byteLength(piece), 0) ?? 0;
  return Math.ceil(kept + fresh + sound);
}
