import { expect, test } from 'vitest';
import fc from 'fast-check';
import { dirtyRanges } from '@patchwork/plan';
import { normaliseRanges } from '@patchwork/time';
import { compare, compile, lines } from '../test/fixture.ts';
import { anyEdits, anyTracks, edited, timelineOf } from '../test/random-edit.ts';

const runs = Number(process.env['PW_RUNS'] ?? 150);

test('A1: the changes together are dirty exactly where frame keys differ, and every dirty frame has a change that names it', () => {
  fc.assert(
    fc.property(anyTracks, anyEdits, (tracks, edits) => {
      const old = timelineOf(tracks);
      const next = edited(old, edits);
      const changes = compare(old, next);
      const all = normaliseRanges(changes.changes.flatMap(({ dirty }) => dirty));
      expect(all).toEqual(normaliseRanges(dirtyRanges(compile(old), compile(next))));
      expect(all).toEqual(normaliseRanges(changes.dirty));
      expect(lines(changes).filter((line) => line.includes('not by anything'))).toEqual([]);
    }),
    { numRuns: runs },
  );
});
