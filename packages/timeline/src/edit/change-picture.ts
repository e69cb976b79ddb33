import { one, type Rate } from '@patchwork/time';
import type { Composable, Track } from '../model.ts';
import { tracksOf } from '../tracks.ts';
import { Lane, rateOfTimeline } from './lane.ts';
import { drawChild, label } from './picture.ts';
import type { EditPlan } from './plan.ts';

/**
 * Draws what an edit changes: each changed track before and after, the topmost first. Items that stand beside the same ones as
 * before are counted, not drawn. A track that came or went is `no track` on the other side, one that is switched off `off`. Empty
 * when no track changed.
 *
 * ```text
 * V1  before  … 4 … |0 m05 96|48 m06 144|0 m07 96| … 12 …
 *     after   … 4 … |0 m05 96|48 m06 134|0 m07 96| … 12 …
 * ```
 */
export function drawEdit(plan: Pick<EditPlan, 'before' | 'after'>): string {
  const rate = rateOfTimeline(plan.before) ?? rateOfTimeline(plan.after) ?? one;
  const old = new Map(tracksOf(plan.before).map((track) => [track.id, track]));
  const now = new Map(tracksOf(plan.after).map((track) => [track.id, track]));
  const gone = [...old.values()].filter(({ id }) => !now.has(id));
  const changed = [...tracksOf(plan.after).filter((track) => old.get(track.id) !== track), ...gone].toReversed();
  const width = Math.max(0, ...changed.map((track) => label(track).length));
  return changed
    .flatMap((track) => [
      `${label(track).padEnd(width)}  before  ${drawSide(old.get(track.id), now.get(track.id), rate)}`,
      `${' '.repeat(width)}  after   ${drawSide(now.get(track.id), old.get(track.id), rate)}`,
    ])
    .join('\n');
}

function drawSide(track: Track | undefined, other: Track | undefined, rate: Rate): string {
  if (track === undefined) return 'no track';
  return `${drawBeside(track, other ?? { ...track, children: [] }, rate)}${track.enabled ? '' : ' off'}`;
}

function drawBeside(track: Track, other: Track, rate: Rate): string {
  const grid = new Lane(track, rate).rate;
  const runs = runsOf(track, other).map((run) =>
    typeof run === 'number' ? `… ${run} …` : `|${run.map((child) => drawChild(child, grid)).join('|')}|`,
  );
  return runs.length === 0 ? '|' : runs.join(' ').replaceAll('|<', '<').replaceAll('>|', '>');
}

/** Children to draw, and how many to leave out between them. */
function runsOf(track: Track, other: Track): readonly (number | readonly Composable[])[] {
  const { children } = track;
  const next = nextOf(other.children);
  const isSameCut = (at: number): boolean => {
    const left = children[at - 1] ?? null;
    return next.has(left) && next.get(left) === (children[at] ?? null);
  };
  const runs: (number | Composable[])[] = [];
  children.forEach((child, at) => {
    const last = runs.at(-1);
    if (!isSameCut(at) || !isSameCut(at + 1)) {
      if (Array.isArray(last)) last.push(child);
      else runs.push([child]);
    } else if (typeof last === 'number') {
      runs[runs.length - 1] = last + 1;
    } else {
      runs.push(1);
    }
  });
  return runs;
}

/** What follows each child, and null, the start; null follows the last. */
function nextOf(children: readonly Composable[]): ReadonlyMap<Composable | null, Composable | null> {
  return new Map([null, ...children].map((child, at) => [child, children[at] ?? null]));
}
