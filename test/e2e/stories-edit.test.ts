import { beforeAll, describe, expect, test } from 'vitest';
import { recut, repictured, storyFilm, storyMedia, withShot } from './kit/fixture.ts';
import type { Film, Shot } from './kit/film.ts';
import type { RunDocument } from './kit/patchwork.ts';
import { patchTo, type Output } from './kit/story.ts';

/** Stories 1–8 and 10–11 of the acceptance list, their frame counts exact, each against a clean render in another process. */
let film: Film;

beforeAll(async () => {
  film = await storyFilm();
}, 300_000);

const timeout = 180_000;

async function expectRendered(next: Film, output: Output, rendered: number, total: number): Promise<RunDocument> {
  const { ran } = await patchTo(film, next, output);
  expect(ran.json.frames).toEqual({ total, rendered, reused: total - rendered });
  return ran.json;
}

describe.each(['A', 'B'] as const)('output %s', (output) => {
  const pick = <Value>(a: Value, b: Value): Value => (output === 'A' ? a : b);

  test(
    '1: a rename, a clip colour and a marker render nothing',
    async () => {
      const next = recut(film, (shots) =>
        shots.map((shot, index) =>
          index === 1
            ? { ...shot, name: 'renamed' }
            : index === 2
              ? { ...shot, color: 'PINK' }
              : index === 3
                ? { ...shot, marker: 'look here' }
                : shot,
        ),
      );
      const json = await expectRendered(next, output, 0, 1152);
      expect(json.dirty).toEqual([]);
    },
    timeout,
  );

  test(
    '3: ripple trim out −10 on m06',
    async () => {
      const next = recut(film, (shots) => withShot(shots, 'm06', (shot) => ({ ...shot, length: 86 })));
      await expectRendered(next, output, pick(38, 0), 1142);
    },
    timeout,
  );

  test(
    '4: ripple trim in +10 on m06',
    async () => {
      const next = recut(film, (shots) => withShot(shots, 'm06', (shot) => ({ ...shot, from: 58, length: 86 })));
      await expectRendered(next, output, pick(38, 0), 1142);
    },
    timeout,
  );

  test(
    '5: slip m06 by +24',
    async () => {
      const next = recut(film, (shots) => withShot(shots, 'm06', (shot) => ({ ...shot, from: 72 })));
      const json = await expectRendered(next, output, pick(48, 24), 1152);
      expect(json.dirty).toEqual([[480, 576]]);
    },
    timeout,
  );

  test(
    '6: roll +8 at 384',
    async () => {
      const next = recut(film, (shots) =>
        withShot(
          withShot(shots, 'm04', (shot) => ({ ...shot, length: 104 })),
          'm05',
          (shot) => ({ ...shot, from: 8, length: 88 }),
        ),
      );
      const json = await expectRendered(next, output, pick(48, 8), 1152);
      expect(json.dirty).toEqual([[384, 392]]);
    },
    timeout,
  );

  test(
    '7: moving a scene renders nothing',
    async () => {
      const next = recut(film, (shots) => [
        ...shots.slice(0, 2),
        ...shots.slice(5, 9),
        ...shots.slice(2, 5),
        ...shots.slice(9),
      ]);
      await expectRendered(next, output, 0, 1152);
    },
    timeout,
  );

  test(
    '7: a blade renders nothing',
    async () => {
      const next = recut(film, (shots) =>
        shots.flatMap((shot) =>
          shot.media === 'm07'
            ? [
                { ...shot, length: 40 },
                { ...shot, from: 40, length: 56 },
              ]
            : [shot],
        ),
      );
      const json = await expectRendered(next, output, 0, 1152);
      expect(json.dirty).toEqual([]);
    },
    timeout,
  );

  test(
    '8: a dissolve of 24 frames across the cut at 480, then 12, then none',
    async () => {
      const dissolve = (length: number): Film =>
        repictured(film, (shots) =>
          withShot(shots, 'm05', (shot) => ({ ...shot, dissolve: { before: length / 2, after: length / 2 } })),
        );
      const long = dissolve(24);
      const json = await expectRendered(long, output, pick(96, 24), 1152);
      expect(json.dirty).toEqual([[468, 492]]);
      const short = await patchTo(long, dissolve(12), output);
      expect(short.ran.json.dirty).toEqual([[468, 492]]);
      const removed = await patchTo(long, film, output);
      expect(removed.ran.json.dirty).toEqual([[468, 492]]);
    },
    2 * timeout,
  );

  test(
    '10: a key-framed zoom, its second key changed',
    async () => {
      const zoom = (second: number): Film =>
        repictured(film, (shots) =>
          withShot(shots, 'm04', (shot) => ({
            ...shot,
            scale: [
              { frame: 0, value: 1 },
              { frame: 24, value: second },
              { frame: 48, value: 1.006 },
              { frame: 96, value: 1 },
            ],
          })),
        );
      const { ran } = await patchTo(zoom(1.003), zoom(1.004), output);
      expect(ran.json.frames).toEqual({ total: 1152, rendered: pick(48, 47), reused: 1152 - pick(48, 47) });
      expect(ran.json.dirty).toEqual([[289, 336]]);
    },
    timeout,
  );

  test(
    '11: a half-transparent clip on V2 at [200,260) changes, then goes',
    async () => {
      const upper = await storyMedia(20, 'bottom');
      const other = await storyMedia(21, 'bottom');
      const withUpper = (name: string): Film => ({
        ...film,
        media: { ...film.media, up: upper, other },
        video: [
          film.video[0] ?? [],
          [
            { media: null, from: 0, length: 200 },
            { media: name, from: 0, length: 60, opacity: 0.5 },
          ],
        ],
      });
      const changed = await patchTo(withUpper('up'), withUpper('other'), output);
      expect(changed.ran.json.dirty).toEqual([[200, 260]]);
      expect(changed.ran.json.frames.rendered).toBe(pick(96, 60));
      const removed = await patchTo(withUpper('up'), film, output);
      expect(removed.ran.json.dirty).toEqual([[200, 260]]);
      expect(removed.ran.json.frames.rendered).toBe(pick(96, 60));
    },
    2 * timeout,
  );
});

describe.each(['A', 'B'] as const)('9, speeds, output %s', (output) => {
  const pick = <Value>(a: Value, b: Value): Value => (output === 'A' ? a : b);
  const m04 = (change: Partial<Shot>): Film =>
    repictured(film, (shots) => withShot(shots, 'm04', (shot) => ({ ...shot, ...change })));

  test(
    'a: 100 % → 50 %, same record length',
    async () => {
      const json = await expectRendered(m04({ speed: 0.5 }), output, pick(96, 0), 1152);
      expect(json.dirty).toEqual([[289, 384]]);
    },
    timeout,
  );

  test.each([
    { blend: false, from: 49 },
    { blend: true, from: 48 },
  ])(
    'b: a ramp whose last key value changed, blend $blend',
    async ({ blend, from }) => {
      const ramp = (last: number): Film =>
        m04({
          ramp: {
            points: [
              [0, 0],
              [48, 40],
              [96, last],
            ],
            blend,
          },
        });
      const { ran } = await patchTo(ramp(100), ramp(120), output);
      expect(ran.json.dirty.length).toBeGreaterThan(0);
      for (const [start, end] of ran.json.dirty) {
        expect(start).toBeGreaterThanOrEqual(288 + from);
        expect(end).toBeLessThanOrEqual(384);
      }
    },
    timeout,
  );

  test(
    'c: backwards',
    async () => {
      const json = await expectRendered(m04({ speed: -1 }), output, pick(96, 0), 1152);
      // 96 frames swap ends: an even count, so no frame stays where it was.
      expect(json.dirty).toEqual([[288, 384]]);
    },
    timeout,
  );

  test(
    'd: frozen at source frame 30',
    async () => {
      const json = await expectRendered(m04({ speed: 0, from: 30 }), output, pick(48, 0), 1152);
      expect(json.dirty).toEqual([
        [288, 318],
        [319, 384],
      ]);
    },
    timeout,
  );
});

describe('2: insert-ripple in a long timeline', () => {
  const inserted = async (seed: number): Promise<{ old: Film; next: Film; at: number }> => {
    const { makeLongFilm } = await import('./kit/long-film.ts');
    return makeLongFilm(seed);
  };

  test.each([1, 2])(
    '1,800 clips, 48 frames inserted before clip 900, seed %i',
    async (seed) => {
      const { old, next, at } = await inserted(seed);
      const { ran } = await patchTo(old, next, 'A');
      expect(ran.json.frames.rendered).toBe(48);
      expect(ran.json.dirty[0]?.[0]).toBe(at);
    },
    3 * timeout,
  );
});
