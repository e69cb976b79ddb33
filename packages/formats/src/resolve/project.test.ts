import { createHash } from 'node:crypto';
import { zipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { isPatchworkError } from '@patchwork/kernel';
import { hasSamples, sampleBytes, samplePaths } from '../testing/samples.ts';
import { randomFrom } from '../testing/mutate.ts';
import { readResolveProject, readResolveStill } from './project.ts';
import { withoutFields } from './wire.ts';

const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
const still = (name: string): ReturnType<typeof readResolveStill> =>
  readResolveStill(name, sampleBytes(`resolve/${name}.drx`), sha256);

describe('wire format', () => {
  test('D1: fields are left out by path, in repeated messages too; what is no message stays', () => {
    // 1 { 12: 5, 2: 7 } 4: 9 3: "ab"
    const message = Uint8Array.of(0x0a, 4, 0x60, 5, 0x10, 7, 0x20, 9, 0x1a, 2, 0x61, 0x62);
    const other = Uint8Array.of(0x0a, 4, 0x60, 99, 0x10, 7, 0x20, 1, 0x1a, 2, 0x61, 0x62);
    const paths = new Set(['/1/12', '/4']);
    expect(withoutFields(message, paths)).toEqual(withoutFields(other, paths));
    expect(withoutFields(message, paths)).not.toEqual(
      withoutFields(Uint8Array.of(0x0a, 4, 0x60, 5, 0x10, 8, 0x20, 9, 0x1a, 2, 0x61, 0x62), paths),
    );
    expect(withoutFields(Uint8Array.of(0xff, 0xff), paths)).toEqual(Uint8Array.of(0xff, 0xff));
  });
});

describe.runIf(hasSamples())('real files', () => {
  test('D2: stills grabbed one after another: the clip grades differ by the one parameter, the timeline grade is one', () => {
    const [quarter, most, face] = [still('p2-3-beauty-25'), still('p2-3-beauty-75'), still('p2-1-face-refinement')];
    expect(quarter.clipGrade).not.toBe(null);
    expect(quarter.timelineGrade).not.toBe(null);
    expect(quarter.clipGrade).not.toBe(most.clipGrade);
    expect(quarter.timelineGrade).toBe(most.timelineGrade);
    expect(quarter.timelineGrade).toBe(face.timelineGrade);
    const [bare, lut] = [still('p5-1-node-no-lut'), still('p5-1-node-with-lut')];
    expect(bare.clipGrade).not.toBe(lut.clipGrade);
    expect(bare.timelineGrade).toBe(lut.timelineGrade);
  });

  test('D3: every still has a grade of its own', () => {
    const grades = samplePaths('resolve')
      .filter((path) => path.endsWith('.drx'))
      .map((path) => readResolveStill(path, sampleBytes(path), sha256).clipGrade);
    expect(new Set(grades).size).toBe(grades.length);
    expect(grades).not.toContain(null);
  });

  test('D4: a project’s sequences, clips with record frames, and its digests', () => {
    const project = readResolveProject('compound', sampleBytes('resolve/compound-nav-r21.drp'), sha256);
    const clips = project.sequences.map(({ clips: all }) =>
      all.map(({ track, name, start, duration }) => `${track} ${name} ${start}+${duration}`),
    );
    expect(clips).toContainEqual(expect.arrayContaining(['V1 CMP_MEDIA 86400+48', 'V1 CMP_TITLE 86448+120']));
    expect(project.sequences.flatMap(({ clips: all }) => all).some(({ digests }) => digests.fusion !== null)).toBe(
      true,
    );
    expect(project.sequences.some(({ grade }) => grade !== null)).toBe(true);
    // Untouched timeline grades of two projects, written by two versions of Resolve: raw bytes differ, digests do not.
    const other = readResolveProject('other', sampleBytes('resolve/media-clip-h264.drp'), sha256);
    const grades = [...project.sequences, ...other.sequences]
      .map(({ grade }) => grade)
      .filter((grade) => grade !== null);
    expect(grades.length).toBeGreaterThan(2);
    expect(new Set(grades).size).toBe(1);
    expect(project.settings).not.toBe(other.settings);
  });

  test('D5: damaged archives give a digest or a coded error', () => {
    const archive = sampleBytes('resolve/compound-nav-r21.drp');
    const random = randomFrom(5);
    for (let round = 0; round < Number(process.env['PW_RUNS'] ?? 60); round += 1) {
      const damaged = archive.slice();
      for (let flip = 0; flip < 3; flip += 1)
        damaged[Math.floor(random() * damaged.length)] = Math.floor(random() * 256);
      try {
        readResolveProject('p', damaged, sha256);
      } catch (error) {
        if (!isPatchworkError(error)) throw error;
      }
    }
  });
});

test('D6: an archive that is no Resolve project is refused by name', () => {
  expect(() => readResolveProject('x', zipSync({ 'a.txt': Uint8Array.of(1) }), sha256)).toThrow(
    expect.objectContaining({ code: 'PW_RESOLVE_FILE' }),
  );
});
