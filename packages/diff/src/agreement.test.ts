import { expect, test } from 'vitest';
import fc from 'fast-check';
import { dirtyRanges } from '@patchwork/plan';
import { normaliseRanges } from '@patchwork/time';
import { compare, compile, lines } from '../test/fixture.ts';
import { anyChanges, anyEdits, anyTracks, edited, timelineOf, withSound } from '../test/random-edit.ts';
import { anyLooks, looked } from '../test/random-look.ts';

const runs = Number(process.env['PW_RUNS'] ?? 150);

test.each([
  ['edits of places', anyEdits, timelineOf],
  ['edits of all kinds, with sound and a compound', anyChanges, withSound],
] as const)(
  'A1: the changes together are dirty exactly where frame keys differ, and every dirty frame has a change that names it: %s',
  (_, edits, make) => {
    fc.assert(
      fc.property(anyTracks, edits, (tracks, drawn) => {
        const old = make(tracks);
        const next = edited(old, drawn);
        const changes = compare(old, next);
        const all = normaliseRanges(changes.changes.flatMap(({ dirty }) => dirty));
        expect(all).toEqual(normaliseRanges(dirtyRanges(compile(old), compile(next))));
        expect(all).toEqual(normaliseRanges(changes.dirty));
        expect(lines(changes).filter((line) => line.includes('not by anything'))).toEqual([]);
      }),
      { numRuns: runs },
    );
  },
);

test('A1: so with all that a file may show: tracks, burn-ins, curves, compounds, titles, speeds, grades, other media', () => {
  fc.assert(
    fc.property(anyTracks, anyLooks, anyChanges, anyLooks, fc.nat(9), (tracks, before, drawn, looks, swapped) => {
      const old = looked(withSound(tracks), before);
      const next = looked(edited(old, drawn), looks);
      const contents = [{}, { [`f${swapped}.mov`]: 'another take' }] as const;
      const changes = compare(old, next, contents);
      const all = normaliseRanges(changes.changes.flatMap(({ dirty }) => dirty));
      expect(all).toEqual(normaliseRanges(dirtyRanges(compile(old, contents[0]), compile(next, contents[1]))));
      expect(all).toEqual(normaliseRanges(changes.dirty));
      expect(lines(changes).filter((line) => line.includes('not by anything'))).toEqual([]);
    }),
    { numRuns: runs },
  );
});
