import { existsSync, readFileSync } from 'node:fs';
import { rational } from '@patchwork/time';
import { expect, test } from 'vitest';
import { makeRange } from '../builders.ts';
import type { Composable, Timeline } from '../model.ts';
import { isItem, trimmedRange } from '../ranges.ts';
import { TrackIndex } from '../snapshot/track-index.ts';
import { writeOtio } from '../otio/write-otio.ts';
import { at, clip, firstTrack, fps, timelineFrom } from '../testing/lane-text.ts';
import type { Edit } from './edit.ts';
import { planEdit, redoPlan, undoPlan } from './plan.ts';

type Item = readonly [name: string | null, start: number, duration: number, mediaStart: number, mediaEnd: number];

/** A single-track case at 24 fps; `expect` has gaps merged and zero lengths dropped. */
interface EditCase {
  readonly op: string;
  readonly track: readonly Item[];
  readonly expect: readonly (readonly [name: string, start: number, duration: number])[];
  readonly path?: readonly [number];
  readonly time?: readonly [number];
  readonly range?: readonly [number, number];
  readonly item?: readonly [string, number, number];
  readonly delta?: readonly [number];
  readonly delta_in?: readonly [number];
  readonly delta_out?: readonly [number];
}

/** Every twelfth case stands in the repository; all 1,560 beside it. */
const ownCases = new URL('../../test/edit-cases.jsonl', import.meta.url);
const allCases = new URL('../../../../../shared/edit-cases.jsonl', import.meta.url);

function casesFrom(url: URL): readonly EditCase[] {
  return readFileSync(url, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as EditCase);
}

const cases = existsSync(allCases) ? casesFrom(allCases) : casesFrom(ownCases);
if (!existsSync(allCases))
  process.stderr.write(`edit cases: ${cases.length} of 1560, the rest is not on this machine\n`);

test('T22: all single-track cases, done, undone and redone', () => {
  const wrong: unknown[] = [];
  for (const one of cases) {
    const timeline = timelineOf(one);
    const plan = planEdit(timeline, editOf(one, timeline));
    const shown = summary(firstTrack(plan.after).children);
    const wanted = one.expect.map(([name, start, duration]) => [name, name === 'gap' ? 0 : start, duration]);
    if (JSON.stringify(shown) !== JSON.stringify(wanted)) wrong.push({ ...one, shown });
    expect(text(undoPlan(plan.after, plan)), 'undo ∘ do is nothing').toBe(text(timeline));
    expect(text(redoPlan(timeline, plan)), 'the events lead where the plan says').toBe(text(plan.after));
  }
  expect(wrong, 'cases with another result').toEqual([]);
  expect(cases.length).toBeGreaterThanOrEqual(130);
});

function timelineOf(one: EditCase): Timeline {
  const media = Object.fromEntries(one.track.map(([name, , , from, to]) => [name ?? '', [from, to] as const]));
  return timelineFrom(
    one.track
      .map(([name, start, duration]) => (name === null ? `GAP ${duration}` : `${start} ${name} ${start + duration}`))
      .join('|'),
    media,
  );
}

function editOf(one: EditCase, timeline: Timeline): Edit {
  const track = firstTrack(timeline);
  const time = at(one.time?.[0] ?? 0);
  const item = clip(one.item?.[0] ?? '', one.item?.[1] ?? 0, (one.item?.[1] ?? 0) + (one.item?.[2] ?? 1));
  const id = track.children[one.path?.[0] ?? TrackIndex.of(track).indexAt(rational(one.time?.[0] ?? 0, 24))]?.id ?? '';
  const delta = at(one.delta?.[0] ?? 0);
  switch (one.op) {
    case 'overwrite':
      return { op: 'overwrite', item, track: track.id, at: makeRange(one.range?.[0] ?? 0, one.range?.[1] ?? 0, fps) };
    case 'insert':
      return { op: 'insert', item, track: track.id, at: time };
    case 'slice':
      return { op: 'slice', target: track.id, at: time };
    case 'slip':
      return { op: 'slip', item: id, delta };
    case 'slide':
      return { op: 'slide', item: id, delta };
    case 'remove_fill':
      return { op: 'remove', item: id, fill: true };
    case 'remove_ripple':
      return { op: 'remove', item: id, fill: false };
    default: {
      const op = one.op.split('_')[0] as 'trim' | 'ripple' | 'roll';
      return one.delta_in === undefined
        ? { op, item: id, deltaOut: at(one.delta_out?.[0] ?? 0) }
        : { op, item: id, deltaIn: at(one.delta_in[0]) };
    }
  }
}

function summary(children: readonly Composable[]): (readonly [string, number, number])[] {
  const rows: [string, number, number][] = [];
  for (const child of children) {
    if (!isItem(child)) continue;
    const { start, duration } = trimmedRange(child);
    const last = rows.at(-1);
    if (duration.value.num === 0) continue;
    if (child.kind === 'Gap' && last?.[0] === 'gap') last[2] += duration.value.num;
    else
      rows.push(
        child.kind === 'Gap' ? ['gap', 0, duration.value.num] : [child.name, start.value.num, duration.value.num],
      );
  }
  return rows;
}

function text(timeline: Timeline): string {
  return writeOtio(timeline, { style: 'canonical' });
}
