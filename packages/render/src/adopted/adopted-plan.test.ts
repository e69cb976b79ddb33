import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  adoptedStretches,
  withoutSingles,
  type CutPlaces,
  type KeyedFrames,
  type Stretch,
  type StretchOptions,
} from './adopted-plan.ts';

const runs = Number(process.env['PW_RUNS'] ?? 300);
const keyed = (keys: string): KeyedFrames => ({ frames: keys.length, frameKeyAt: (frame) => keys[frame] ?? '' });
/** `I` begins decoding, `p` is a place to stop before, `b` is none; behind the last frame one may stop. */
const placesOf = (film: string): CutPlaces => ({
  closed: [...Array.from(film, (mark) => (mark === 'b' ? 0 : 1)), 1],
  starts: film.split('').flatMap((mark, i) => (mark === 'I' ? [i] : [])),
});
/** `k3-5@40` frames 3 to 5 of the film from 40 on, `f40-52` fresh frames. */
const told = (stretches: readonly Stretch[]): string[] =>
  stretches.map((each) => {
    const { range } = each;
    if (each.kind === 'fresh') return `f${range.in}-${range.out}`;
    return `k${each.from}-${each.from + range.out - range.in}@${range.in}`;
  });
const anywhere: StretchOptions = { isForced: () => false, isLost: () => false, mayMove: true };

test('runs that show what is wanted are kept wherever they stood', () => {
  const film = keyed('abcdefgh');
  const places = placesOf('IppIpIpp');
  const planned = (wanted: string, options = anywhere): string[] =>
    told(adoptedStretches(film, places, keyed(wanted), options));
  expect(planned('abcdefgh')).toEqual(['k0-8@0']);
  // A trim of the first piece's tail keeps its head; a piece twice; a piece with another picture in it.
  expect(planned('abdefgh')).toEqual(['k0-2@0', 'k3-8@2']);
  expect(planned('bcdefgh')).toEqual(['f0-2', 'k3-8@2']);
  expect(planned('dexde')).toEqual(['k3-5@0', 'f2-3', 'k3-5@3']);
  expect(planned('abcdefxh')).toEqual(['k0-6@0', 'f6-8']);
  expect(planned('deabcfgh', { ...anywhere, mayMove: false })).toEqual(['f0-5', 'k5-8@5']);
  expect(planned('abcdefgh', { ...anywhere, isForced: (frame) => frame === 4 })).toEqual(['k0-4@0', 'f4-5', 'k5-8@5']);
  // A damaged frame is not kept, but another one that shows the same is.
  expect(planned('abcdefgh', { ...anywhere, isLost: (frame) => frame === 4 })).toEqual(['k0-4@0', 'f4-5', 'k5-8@5']);
  const damaged = { ...anywhere, isLost: (frame: number): boolean => frame === 3 };
  const twice = keyed('abcabcde');
  expect(told(adoptedStretches(twice, placesOf('IppIppIp'), twice, damaged))).toEqual(['k0-3@0', 'k0-3@3', 'k6-8@6']);
});

test('a run stops where everything decoded is shown, and an open film is kept up to the change', () => {
  const film = keyed('abcdefgh');
  const places = placesOf('Ibbpbbpb');
  const planned = (wanted: string): string[] => told(adoptedStretches(film, places, keyed(wanted), anywhere));
  expect(planned('abcdexgh')).toEqual(['k0-3@0', 'f3-8']);
  expect(planned('abcdefgx')).toEqual(['k0-6@0', 'f6-8']);
  expect(planned('xbcdefgh')).toEqual(['f0-8']);
});

test('a still picture longer than a group of pictures is looked at once, not from each of its frames', () => {
  const frames = 20_000;
  let looks = 0;
  const still = (other: readonly number[]): KeyedFrames => ({
    frames,
    frameKeyAt: (frame) => {
      looks += 1;
      return other.includes(frame) ? 'other' : 'black';
    },
  });
  const places = placesOf(`I${'b'.repeat(frames - 1)}`);
  const changed = still([6_000, 12_000, frames - 1]);
  expect(told(adoptedStretches(still([]), places, changed, anywhere))).toEqual([`f0-${frames}`]);
  expect(looks).toBeLessThan(12 * frames);
  const longer: KeyedFrames = { frames: frames + 500, frameKeyAt: () => 'black' };
  const found = adoptedStretches(still([]), places, longer, anywhere);
  expect(told(found)).toEqual([`k0-${frames}@0`, `f${frames}-${frames + 500}`]);
});

test('a single fresh or kept frame is joined with its neighbours', () => {
  const film = keyed('abcdefgh');
  const places = placesOf('IppIpIpp');
  const joined = (wanted: string): string[] =>
    told(withoutSingles(adoptedStretches(film, places, keyed(wanted), anywhere), places));
  expect(joined('abcxdefgh')).toEqual(['k0-2@0', 'f2-4', 'k3-8@4']);
  expect(joined('xdefgh')).toEqual(['f0-3', 'k5-8@3']);
  expect(joined('axxdefgh'), 'the first picture alone is not kept').toEqual(['f0-3', 'k3-8@3']);
  expect(joined('abcdex')).toEqual(['k0-4@0', 'f4-6']);
  expect(joined('dex'), 'nor what would be left of two').toEqual(['f0-3']);
  expect(joined('x')).toEqual(['f0-1']);
  expect(joined('a')).toEqual(['k0-1@0']);
});

test('law: stretches cover the new version once; what is kept shows what is wanted, and begins and ends where it may', () => {
  const letters = (max: number): fc.Arbitrary<string> =>
    fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: max }).map((list) => list.join(''));
  const marks = fc.array(fc.constantFrom('I', 'p', 'b', 'b'), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(marks, letters(40), letters(40), fc.boolean(), fc.nat(40), (list, pool, other, mayMove, edits) => {
      const shape = ['I', ...list.slice(1)].join('');
      const film = Array.from(shape, (_, i) => pool[i % pool.length] ?? 'a').join('');
      // An edit of the film, or something else altogether.
      const wanted = edits < 20 ? film.slice(0, edits) + film.slice(edits + (other.length % 7)) : other;
      const places = placesOf(shape);
      const options = { ...anywhere, mayMove, isLost: (frame: number): boolean => frame % 11 === edits % 11 };
      const found = adoptedStretches(keyed(film), places, keyed(wanted), options);
      for (const stretches of [found, withoutSingles(found, places)]) {
        let at = 0;
        for (const stretch of stretches) {
          const { range } = stretch;
          expect(range.in).toBe(at);
          expect(range.out).toBeGreaterThan(at);
          at = range.out;
          if (stretch.kind === 'fresh') continue;
          const { from } = stretch;
          const end = from + range.out - range.in;
          expect(film.slice(from, end)).toBe(wanted.slice(range.in, range.out));
          expect(Array.from({ length: end - from }, (_, i) => from + i).some(options.isLost)).toBe(false);
          expect(places.starts.includes(from) || (from === 0 && range.in === 0)).toBe(true);
          expect(places.closed[end]).toBe(1);
          if (!mayMove) expect(from).toBe(range.in);
        }
        expect(at).toBe(wanted.length);
        const kinds = stretches.map(({ kind }) => kind).join();
        expect(kinds, 'fresh frames side by side are one stretch').not.toContain('fresh,fresh');
        if (stretches === found || stretches.length < 2) continue;
        expect(stretches.every(({ range }) => range.out - range.in > 1)).toBe(true);
      }
    }),
    { numRuns: runs },
  );
});

test('law: where nothing moves, what is fresh is each changed frame with what cannot be cut apart from it', () => {
  const marks = fc.array(fc.constantFrom('I', 'p', 'b', 'b'), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(marks, fc.array(fc.nat(40), { maxLength: 4 }), (list, changed) => {
      const shape = ['I', ...list.slice(1)].join('');
      const film = Array.from(shape, (_, i) => String.fromCodePoint(97 + i)).join('');
      const wanted = Array.from(film, (key, i) => (changed.includes(i) ? '*' : key)).join('');
      const places = placesOf(shape);
      const fresh = new Set<number>();
      for (const frame of changed.filter((each) => each < film.length)) {
        const start = Array.from({ length: frame + 1 }, (_, i) => frame - i).find((i) => places.closed[i] === 1) ?? 0;
        const end = places.starts.find((each) => each > frame) ?? film.length;
        for (let i = start; i < end; i++) fresh.add(i);
      }
      const planned = adoptedStretches(keyed(film), places, keyed(wanted), { ...anywhere, mayMove: false });
      const found = planned.flatMap(({ kind, range }) =>
        kind === 'kept' ? [] : Array.from({ length: range.out - range.in }, (_, i) => range.in + i),
      );
      // Frames are equal or not; a run that would begin at the first frame alone is none.
      expect(found.filter((frame) => !fresh.has(frame))).toEqual([]);
      expect([...fresh].filter((frame) => !found.includes(frame))).toEqual([]);
    }),
    { numRuns: runs },
  );
});
