import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { faultyFiles, nodeFiles, sha256 } from '@patchwork/files';
import type { FilePort } from '@patchwork/kernel';
import { describe, expect, test } from 'vitest';
import { writeMovie } from '../write/movie-writer.ts';
import { publish, removeLeftovers, temporaryPath } from './publication.ts';
import { temporaryFolder } from '../testing/folder.ts';
import { hashing } from '../testing/hashing.ts';
import { specOf, type DrawnMovie } from '../testing/random-movie.ts';

const folder = temporaryFolder();
let number = 0;

const drawn: DrawnMovie = {
  format: 'mp4',
  codec: 'h264',
  rate: { num: 25, den: 1 },
  reorder: 0,
  chunks: [{ sizes: [30, 9], order: [0, 1], sync: [true, false] }],
  use: [0, 0],
  sound: 'none',
  dropFrame: false,
  startFrame: 0,
  tags: {},
};
const spec = specOf(drawn, folder, 0);

interface Place {
  readonly destination: string;
  readonly ledger: string;
}

function freshPlace(old: string | null): Place {
  number += 1;
  const parent = join(folder, `place ${number}`);
  mkdirSync(parent);
  const place = { destination: join(parent, 'film.mov'), ledger: join(parent, 'film.mov.patchwork') };
  if (old !== null) writeFileSync(place.destination, old);
  writeFileSync(place.ledger, '');
  return place;
}

/** A whole publication as a run does it: the movie, then a line in the ledger, durable before the rename. */
async function publishSample(
  files: FilePort,
  place: Place,
  change: () => Promise<void> = async () => undefined,
): Promise<void> {
  const expected = await files.stat(place.destination);
  await publish(files, {
    destination: place.destination,
    expected,
    run: 'run-1',
    write: (path) => writeMovie(files, path, spec, hashing),
    prove: change,
    record: async (written) => {
      const ledger = await files.open(place.ledger, 'update');
      try {
        await ledger.write(new TextEncoder().encode(`${written.sha256 ?? ''}\n`), 0);
        await ledger.sync();
      } finally {
        await ledger.close();
      }
    },
  });
}

describe('publication', () => {
  test('P1: stopped after any step, the destination is the whole old file or the whole new one, and recorded', async () => {
    const files = nodeFiles();
    const whole = freshPlace('old');
    const counted = faultyFiles(files, { after: Infinity, how: 'stop' });
    await publishSample(counted, whole);
    const now = readFileSync(whole.destination);
    const steps = counted.steps.map((step) => step.split(' ')[0]);
    // create, head, pictures, sync | ledger write, sync | rename | syncFolder
    expect(steps).toEqual(['create', 'write', 'write', 'sync', 'write', 'sync', 'rename', 'syncFolder']);
    for (const old of ['old', null]) {
      for (let after = 0; after < steps.length; after++) {
        for (const write of ['none', 'half'] as const) {
          const place = freshPlace(old);
          const faulty = faultyFiles(files, { after, how: 'stop', write });
          await expect(publishSample(faulty, place)).rejects.toMatchObject({ code: 'PW_FILE_STOPPED' });
          const stands = existsSync(place.destination) ? readFileSync(place.destination) : null;
          if (stands === null || stands.toString() === 'old') {
            expect(stands === null, 'the old file is gone').toBe(old === null);
          } else {
            expect(Buffer.compare(stands, now), 'a file that is neither old nor new').toBe(0);
            expect(readFileSync(place.ledger, 'utf8'), 'published before it was recorded').toBe(`${sha256(now)}\n`);
          }
          // The next run tidies up and succeeds.
          await removeLeftovers(files, place.destination, () => false);
          await publishSample(files, place);
          expect(Buffer.compare(readFileSync(place.destination), now)).toBe(0);
          expect(readdirSync(join(place.destination, '..')).toSorted()).toEqual(['film.mov', 'film.mov.patchwork']);
        }
      }
    }
  });

  test('P2: a step that fails leaves the old file and no temporary one, and is told by its own code', async () => {
    const files = nodeFiles();
    for (let after = 0; after < 7; after++) {
      const place = freshPlace('old');
      await expect(publishSample(faultyFiles(files, { after, how: 'fail' }), place)).rejects.toMatchObject({
        code: 'PW_FILE_NO_SPACE',
      });
      expect(readFileSync(place.destination, 'utf8')).toBe('old');
      expect(readdirSync(join(place.destination, '..')).toSorted()).toEqual(['film.mov', 'film.mov.patchwork']);
    }
  });

  test('P3: a destination that changed during the run is not overwritten', async () => {
    const files = nodeFiles();
    const changed = freshPlace('old');
    const change = async (): Promise<void> => writeFileSync(changed.destination, 'theirs');
    await expect(publishSample(files, changed, change)).rejects.toMatchObject({ code: 'PW_PUBLISH_RACED' });
    expect(readFileSync(changed.destination, 'utf8')).toBe('theirs');
    const appeared = freshPlace(null);
    const appear = async (): Promise<void> => writeFileSync(appeared.destination, 'theirs');
    await expect(publishSample(files, appeared, appear)).rejects.toMatchObject({ code: 'PW_PUBLISH_RACED' });
    expect(readFileSync(appeared.destination, 'utf8')).toBe('theirs');
  });

  test('P4: what fails the proof is not published', async () => {
    const place = freshPlace('old');
    const fail = async (): Promise<void> => {
      throw new TypeError('not proven');
    };
    await expect(publishSample(nodeFiles(), place, fail)).rejects.toThrow('not proven');
    expect(readFileSync(place.destination, 'utf8')).toBe('old');
    expect(readFileSync(place.ledger, 'utf8')).toBe('');
  });

  test('P5: temporary files of dead runs are removed, those of living runs and other files stay', async () => {
    const place = freshPlace('old');
    const parent = join(place.destination, '..');
    for (const run of ['dead-1', 'alive']) writeFileSync(temporaryPath(place.destination, run), 'half');
    writeFileSync(join(parent, '.patchwork-publish-no id.tmp'), 'theirs');
    const removed = await removeLeftovers(nodeFiles(), place.destination, (run) => run === 'alive');
    expect(removed).toEqual(['.patchwork-publish-dead-1.tmp']);
    expect(readdirSync(parent).toSorted()).toEqual([
      '.patchwork-publish-alive.tmp',
      '.patchwork-publish-no id.tmp',
      'film.mov',
      'film.mov.patchwork',
    ]);
    expect(() => temporaryPath(place.destination, '../x')).toThrow(TypeError);
  });

  test('P7: the stat that is handed back is that of the published file', async () => {
    const files = nodeFiles();
    const place = freshPlace(null);
    const { stat } = await publish(files, {
      destination: place.destination,
      expected: null,
      run: 'run-2',
      write: (path) => writeMovie(files, path, spec, hashing),
      prove: async () => undefined,
      record: async () => undefined,
    });
    expect(stat).toEqual(await files.stat(place.destination));
  });
});
