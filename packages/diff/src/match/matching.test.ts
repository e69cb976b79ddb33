import { expect, test } from 'vitest';
import type { Clip } from '@patchwork/timeline';
import { clip, compare, fps24, gap, lines, must, timeline } from '../../test/fixture.ts';
import { diffTimelines } from '../diff-timelines.ts';
import { matchItems } from './match-items.ts';
import { Matching } from './matching.ts';
import { trackViews } from '../items/track-item.ts';

/** A repeatable source of numbers. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** `count` shots over `files` files; every shot remembers who it is in its id, which no matcher may read. */
function reel(count: number, files: number, seed: number): Clip[] {
  const next = numbers(seed);
  return Array.from({ length: count }, (_, i) => ({
    ...clip(`f${next(files)}`, next(300), 12 + next(80)),
    id: `shot${i}`,
  }));
}

/** Changes about `share` of the shots: trims, slips, deletions, insertions, and moves. */
function changed(clips: readonly Clip[], share: number, seed: number): Clip[] {
  const next = numbers(seed);
  const result = [...clips];
  for (let edits = Math.max(1, Math.round(clips.length * share)); edits > 0; edits -= 1) {
    const at = next(result.length);
    const one = must(result[at]);
    const range = one.sourceRange;
    if (range === null) continue;
    const moved = (start: number, length: number): Clip => ({
      ...one,
      sourceRange: {
        start: { ...range.start, value: { num: Math.max(0, range.start.value.num + start), den: 1 } },
        duration: { ...range.duration, value: { num: Math.max(4, range.duration.value.num + length), den: 1 } },
      },
    });
    switch (next(6)) {
      case 0:
        result[at] = moved(0, -(1 + next(6)));
        break;
      case 1:
        result[at] = moved(1 + next(6), -3);
        break;
      case 2:
        result[at] = moved(3 + next(6), 0);
        break;
      case 3:
        result.splice(at, 1);
        break;
      case 4:
        result.splice(at, 0, { ...clip('new', next(200), 20 + next(30)), id: `new${edits}` });
        break;
      default:
        result.splice(next(result.length), 0, ...result.splice(at, 1 + next(3)));
    }
  }
  return result;
}

/** Milliseconds of processor time: the wall clock says more about who else works here. */
function cpuMs(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

/** Pairs that are not one shot; and shots that are on both sides and unmatched. */
function mistakes(old: readonly Clip[], next: readonly Clip[]): { wrong: number; missed: number; ms: number } {
  const [a, b] = [old, next].map((clips) => trackViews(timeline([clips]), fps24, () => null)) as [
    ReturnType<typeof trackViews>,
    ReturnType<typeof trackViews>,
  ];
  let matching = new Matching();
  const ms = cpuMs(() => {
    matching = matchItems(a, b);
  });
  let [wrong, missed] = [0, 0];
  const there = new Set(next.map(({ id }) => id));
  for (const item of a[0]?.items ?? []) {
    const other = matching.newOf(item);
    if (other === null) missed += there.has(item.node.id) ? 1 : 0;
    // Two uses of the same frames of one file are the same to every eye.
    else if (other.node.id !== item.node.id && !(other.media === item.media && other.start.num === item.start.num))
      wrong += 1;
  }
  return { wrong, missed, ms };
}

test('M1: one edit in a hundred, mostly unique shots: no wrong match', () => {
  for (const seed of [1, 2, 3]) {
    const old = reel(1800, 400, seed);
    const { wrong, missed } = mistakes(old, changed(old, 0.01, seed + 100));
    expect([wrong, missed]).toEqual([0, 0]);
  }
});

test('M2: one edit in ten', () => {
  for (const seed of [1, 2, 3]) {
    const old = reel(1800, 400, seed);
    const { wrong, missed } = mistakes(old, changed(old, 0.1, seed + 100));
    expect(wrong + missed).toBeLessThan(10);
  }
});

test('M3: many repeats of few shots', () => {
  const next = numbers(9);
  const old = Array.from({ length: 600 }, (_, i) => ({ ...clip(`f${next(4)}`, 24 * next(3), 24), id: `shot${i}` }));
  const { wrong } = mistakes(old, old.toSpliced(300, 1).toSpliced(100, 0, { ...clip('new', 0, 30), id: 'n' }));
  expect(wrong).toBe(0);
  const changes = diffTimelines({
    old: timeline([old]),
    new: timeline([old.toSpliced(300, 1)]),
    oldProgram: null,
    newProgram: null,
    rate: fps24,
  });
  expect(changes.summary).toBe('1 delete, downstream 299 clips shifted −24');
});

test('M4: neither 20,000 clips nor a rewritten reel explode', () => {
  const old = reel(20_000, 3000, 5);
  const next = changed(old, 0.01, 6);
  const { wrong, missed, ms } = mistakes(old, next);
  expect(wrong + missed).toBeLessThan(5);
  const sides = { old: timeline([old]), new: timeline([next]), oldProgram: null, newProgram: null, rate: fps24 };
  const whole = cpuMs(() => {
    diffTimelines(sides);
  });
  const rewritten = mistakes(reel(5000, 3000, 7), reel(5000, 3000, 8)).ms;
  process.stderr.write(
    `20,000 clips: match ${Math.round(ms)} ms, whole diff ${Math.round(whole)} ms; rewritten reel of 5,000: ${Math.round(rewritten)} ms\n`,
  );
  // Half a second and a quarter on a quiet machine, as the bench measures; what is quadratic takes minutes.
  expect(whole).toBeLessThan(15_000);
  expect(rewritten).toBeLessThan(15_000);
});

test('M6: a large reel of few shots, and one of which every file is another version', () => {
  const next = numbers(9);
  const old = Array.from({ length: 3000 }, (_, i) => ({ ...clip(`f${next(12)}`, 24 * next(5), 24), id: `shot${i}` }));
  const recut = old.toSpliced(2000, 2).toSpliced(700, 0, { ...clip('new', 0, 30), id: 'n' });
  expect(mistakes(old, recut).wrong).toBe(0);
  const version = (number: number): Clip[] =>
    Array.from({ length: 1200 }, (_, i) => ({ ...clip(`sh${i % 9}_v${number}`, (i * 7) % 200, 24), id: `shot${i}` }));
  expect(mistakes(version(1), version(2))).toMatchObject({ wrong: 0, missed: 0 });
});

test('M5: across tracks, versions, replacements', () => {
  const low = [clip('a', 0, 40), clip('sh010_comp_v001', 0, 40), clip('c', 0, 40)];
  const up = timeline([low, [gap(50), clip('x', 0, 20)]]);
  expect(
    lines(compare(up, timeline([low.with(1, clip('sh010_comp_v002', 0, 40)), [gap(50), clip('x', 0, 20)]]))),
  ).toEqual(['V1 sh010_comp_v002: version v1 → v2 | dirty 40-50 70-80']);
  expect(lines(compare(timeline([low]), timeline([low.with(1, clip('other', 7, 40))])))).toEqual([
    'V1 other: replaced by other.mov | dirty 40-80',
  ]);
  expect(
    lines(compare(timeline([low, []]), timeline([low.with(1, gap(40) as unknown as Clip), [gap(40), must(low[1])]]))),
  ).toEqual(['V2 sh010_comp_v001: move of 1 clip V1 → V2']);
});
