import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { startWorkers, type MediaWorkers } from '@patchwork/media';
import { rational } from '@patchwork/time';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  resolveProject,
  type ClipSketch,
  type ProjectSketch,
} from '../../packages/formats/src/testing/resolve-project.ts';
import type { Film } from './kit/film.ts';
import { recut, storyFilm, storyHeight, storyWidth, testMedia, withShot } from './kit/fixture.ts';
import { checkPictures } from './kit/check-pictures.ts';
import { otioText } from './kit/otio-text.ts';
import { freshFolder, patchwork, type Ran } from './kit/patchwork.ts';

/**
 * Story 14: a colour change that the timeline file does not show. Twelve clips of a film that another program rendered
 * (ProRes, so that every frame stands alone); its project says the grades.
 */
let workers: MediaWorkers;
let film: Film;
let native: string;
/** m07. */
const seventh: readonly [number, number] = [576, 672];

beforeAll(async () => {
  workers = startWorkers({ count: 1 });
  film = await storyFilm();
  const shots = film.video[0] ?? [];
  native = await testMedia('graded', {
    id: 1,
    container: 'mov',
    video: {
      codec: 'prores',
      width: storyWidth,
      height: storyHeight,
      rate: rational(24),
      frames: 1152,
      shots: shots.map(({ media, from, length }) => ({ id: film.media[media ?? '']?.id ?? 0, from, frames: length })),
    },
    sound: { codec: 'pcm_s16le', sampleRate: 48000, channels: 2, frequency: 300 },
    startTimecode: { frame: 86400, dropFrame: false },
  });
});

afterAll(() => workers.close());

/** The story's project: every clip is graded, unless `change` says otherwise. */
function project(
  change: (clip: ClipSketch, at: number) => ClipSketch = (clip) => clip,
  more: Partial<ProjectSketch> = {},
): ProjectSketch {
  const clips = (film.video[0] ?? []).map(({ media }, at): ClipSketch => {
    const name = media ?? '';
    return change({ name, start: 86400 + 96 * at, duration: 96, grade: `grade of ${name}` }, at);
  });
  return { ...more, sequences: [{ name: 'story', tracks: [clips], ...more.sequences?.[0] }] };
}

const regraded = (name: string): ProjectSketch =>
  project((clip) => (clip.name === name ? { ...clip, grade: 'warmer' } : clip), { export: 1 });

interface GradeSite {
  readonly folder: string;
  readonly film: string;
  readonly timeline: string;
  /** Writes a project and returns its path. */
  readonly drp: (name: string, sketch: ProjectSketch) => string;
  readonly run: (...args: string[]) => Promise<Ran>;
}

async function adoptedSite(first: ProjectSketch | null = project()): Promise<GradeSite> {
  const folder = freshFolder('grade');
  const at = (name: string): string => join(folder, name);
  copyFileSync(native, at('film.mov'));
  writeFileSync(at('cut.otio'), otioText(film));
  const drp = (name: string, sketch: ProjectSketch): string => {
    writeFileSync(at(name), resolveProject(sketch));
    return at(name);
  };
  const run = (...args: string[]): Promise<Ran> => patchwork(args, { store: at('store') });
  const grades = first === null ? [] : ['--grades', drp('first.drp', first)];
  const adopted = await run('adopt', at('film.mov'), '--timeline', at('cut.otio'), ...grades);
  expect(adopted.code, adopted.stdout).toBe(0);
  return { folder, film: at('film.mov'), timeline: at('cut.otio'), drp, run };
}

describe('story 14: a grade that the timeline file does not show', () => {
  test('of m07: 96 frames dirty with the reason grade, listed as a piece, rendered by the other program, patched in', async () => {
    const site = await adoptedSite();
    const again = site.drp('again.drp', project(undefined, { export: 9 }));
    const same = await site.run('plan', site.timeline, site.film, '--grades', again);
    expect(same.code, same.stdout).toBe(0);
    expect(same.json.frames, 'another export of the same state is no change').toEqual({
      total: 1152,
      rendered: 0,
      reused: 1152,
    });

    const warm = site.drp('warm.drp', regraded('m07'));
    const pieces = join(site.folder, 'pieces');
    const flags = ['--grades', warm, '--renderer', 'pieces', '--pieces', pieces];
    const plan = await site.run('plan', site.timeline, site.film, ...flags);
    expect(plan.code, plan.stdout).toBe(0);
    expect(plan.json.frames).toEqual({ total: 1152, rendered: 96, reused: 1056 });
    expect(plan.json.dirty).toEqual([seventh]);
    expect(plan.json.reasons).toEqual([{ code: 'grade', text: 'm07: grade changed', range: seventh }]);
    const [order] = plan.json.pieces;
    expect(order?.range).toEqual(seventh);

    const diff = await site.run('diff', site.film, site.timeline, '--grades', warm);
    const [change, ...others] = diff.json.changes;
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      kind: 'grade',
      text: 'grade changed',
      clips: ['m07'],
      tracks: ['V1'],
      dirty: [seventh],
      framesToRender: 96,
      new: { record: seventh, recordTimecode: ['01:00:24:00', '01:00:28:00'], source: ['0', '96'] },
    });
    expect(diff.json.unknown).toEqual([]);

    await workers.writeTestMedia({
      path: join(pieces, `${order?.file}.mov`),
      id: 7,
      container: 'mov',
      video: { codec: 'prores', width: storyWidth, height: storyHeight, rate: rational(24), frames: 96 },
      sound: null,
      startTimecode: { frame: 86400 + 576, dropFrame: false },
    });
    const render = await site.run('render', site.timeline, '-o', site.film, ...flags);
    expect(render.code, render.stdout).toBe(0);
    expect(render.json.frames).toEqual({ total: 1152, rendered: 96, reused: 1056 });
    expect(await checkPictures(site.film, film, [], workers)).toBe(1152);
    const after = await site.run('plan', site.timeline, site.film, '--grades', warm);
    expect(after.json.frames, 'the ledger holds the new digest').toEqual({ total: 1152, rendered: 0, reused: 1152 });
    const explained = await site.run('explain', site.film, '600');
    expect(explained.json.before).toMatchObject({
      kind: 'changed',
      changes: [{ code: 'grade', text: 'm07: grade changed' }],
    });
    expect(explained.json.picture.join('\n')).toMatch(/not modelled: grade on V1 \/ m07, [0-9a-f]{12}/);
    const delivered = await site.run('diff', `${site.film}@{1}`, site.film);
    expect(delivered.json.changes).toMatchObject([{ kind: 'grade', clips: ['m07'], dirty: [seventh] }]);
  });

  test('the built-in renderer does not draw it: refused by name, and the film is as it was', async () => {
    const site = await adoptedSite();
    const before = readFileSync(site.film);
    const warm = site.drp('warm.drp', regraded('m07'));
    const render = await site.run('render', site.timeline, '-o', site.film, '--grades', warm);
    expect([render.code, render.json.code]).toEqual([3, 'PW_UNKNOWN_REFUSED']);
    expect(render.json.message).toBe('the built-in renderer cannot draw grade on V1 / m07');
    expect(readFileSync(site.film).equals(before)).toBe(true);
    const probe = await site.run('render', site.timeline, '-o', site.film, '--grades', warm, '--on-unknown', 'probe:3');
    expect([probe.code, probe.json.code]).toEqual([1, 'PW_NOT_YET']);
  });

  test('without the project: unknown colour, exit 3; trusted, it is said', async () => {
    const site = await adoptedSite();
    const plan = await site.run('plan', site.timeline, site.film);
    expect([plan.code, plan.json.code]).toEqual([3, 'PW_UNKNOWN_REFUSED']);
    expect(plan.json.message).toMatch(/unknown: colour, Fusion, effects$/);
    const trusted = await site.run('plan', site.timeline, site.film, '--on-unknown', 'trust');
    expect(trusted.json.frames, 'the edit is the same').toEqual({ total: 1152, rendered: 0, reused: 1152 });
    expect(trusted.json.diagnostics).toContainEqual(
      expect.objectContaining({
        code: 'PW_UNKNOWN_TRUSTED',
        message: 'not compared, trusted to be as they were: colour, Fusion, effects',
      }),
    );
    const diff = await site.run('diff', site.film, site.timeline);
    expect([diff.json.changes, diff.json.unknown]).toEqual([[], ['unknown: colour, Fusion, effects']]);
  });

  test('an adoption without the project promises nothing: the first one that is shown is trusted, and holds from then on', async () => {
    const site = await adoptedSite(null);
    const warm = site.drp('warm.drp', regraded('m07'));
    const plan = await site.run('plan', site.timeline, site.film, '--grades', warm);
    expect([plan.code, plan.json.code]).toEqual([3, 'PW_UNKNOWN_REFUSED']);
    const adopted = await site.run('adopt', site.film, '--timeline', site.timeline, '--grades', warm);
    expect(adopted.code, adopted.stdout).toBe(0);
    const later = await site.run('plan', site.timeline, site.film, '--grades', warm);
    expect(later.json.frames).toEqual({ total: 1152, rendered: 0, reused: 1152 });
  });

  test('group grade: all members; timeline grade: everything; a Fusion composition: its clip', async () => {
    const groups = (grade: string): Partial<ProjectSketch> => ({ groups: [{ name: 'Night', grade }] });
    const inGroup = (clip: ClipSketch, at: number): ClipSketch =>
      at === 1 || at === 6 ? { ...clip, group: 'Night' } : clip;
    const site = await adoptedSite(project(inGroup, groups('blue')));
    // Of another program: the built-in renderer draws no grade, in a plan as well.
    const pieces = ['--renderer', 'pieces', '--pieces', join(site.folder, 'pieces')];
    const planOf = async (sketch: ProjectSketch): Promise<Ran> =>
      site.run('plan', site.timeline, site.film, '--grades', site.drp('next.drp', sketch), ...pieces);
    const group = await planOf(project(inGroup, groups('bluer')));
    expect(group.code, group.stdout).toBe(0);
    expect(group.json.dirty).toEqual([[96, 192], seventh]);
    expect(group.json.reasons).toMatchObject([
      { code: 'grade', text: 'm02: group grade "Night" changed' },
      { code: 'grade', text: 'm07: group grade "Night" changed' },
    ]);
    const diff = await site.run(
      'diff',
      site.film,
      site.timeline,
      '--grades',
      site.drp('next.drp', project(inGroup, groups('bluer'))),
    );
    expect(diff.json.changes).toMatchObject([
      {
        kind: 'grade',
        text: 'group grade "Night" changed on 2 clips',
        clips: ['m02', 'm07'],
        dirty: [[96, 192], seventh],
      },
    ]);

    const look = project(inGroup, groups('blue'));
    const whole = await planOf({ ...look, sequences: look.sequences.map((each) => ({ ...each, grade: 'film look' })) });
    expect(whole.json.dirty).toEqual([[0, 1152]]);
    expect(whole.json.reasons).toEqual([{ code: 'grade', text: 'timeline grade changed', range: [0, 1152] }]);

    const comp = await planOf(
      project((clip, at) => ({ ...inGroup(clip, at), ...(at === 3 ? { fusion: 'comp' } : {}) }), groups('blue')),
    );
    expect(comp.json.reasons).toEqual([{ code: 'fusion', text: 'm04: Fusion composition changed', range: [288, 384] }]);
  });

  test('after a ripple the grades go with their clips: nothing is dirty but what was opened', async () => {
    const site = await adoptedSite();
    const cut = recut(film, (shots) => withShot(shots, 'm06', (shot) => ({ ...shot, length: 86 })));
    writeFileSync(site.timeline, otioText(cut));
    const moved = project((clip, at) => ({
      ...clip,
      start: clip.start - (at > 5 ? 10 : 0),
      duration: at === 5 ? 86 : 96,
    }));
    const plan = await site.run('plan', site.timeline, site.film, '--grades', site.drp('moved.drp', moved));
    expect(plan.code, plan.stdout).toBe(0);
    expect(plan.json.frames).toEqual({ total: 1142, rendered: 0, reused: 1142 });
  });

  test('a clip that the project does not hold, another setting of the project, a file that is no project', async () => {
    const site = await adoptedSite();
    const short = project();
    const [sequence] = short.sequences;
    const cut: ProjectSketch = { sequences: [{ name: 'story', tracks: [(sequence?.tracks[0] ?? []).slice(0, 11)] }] };
    const lost = await site.run('plan', site.timeline, site.film, '--grades', site.drp('short.drp', cut));
    expect([lost.code, lost.json.code]).toEqual([3, 'PW_UNKNOWN_REFUSED']);
    expect(lost.json.details).toMatchObject({ domains: ['colour of V1 / m12'] });
    const other = await site.run(
      'plan',
      site.timeline,
      site.film,
      '--grades',
      site.drp('other.drp', project(undefined, { setting: 'other' })),
    );
    expect(other.json.details).toMatchObject({ domains: ['project settings'] });
    const none = await site.run('plan', site.timeline, site.film, '--grades', site.timeline);
    expect([none.code, none.json.code]).toEqual([1, 'PW_GRADES_FILE']);
  });
});

test('story 14 for the built-in renderer: a graded clip is refused; trusted, it is drawn without and said; the project gone, colour is unknown', async () => {
  const folder = freshFolder('grade-own');
  const at = (name: string): string => join(folder, name);
  const [first, second] = film.video[0] ?? [];
  const short = {
    ...film,
    video: [[first, second].flatMap((shot) => (shot === undefined ? [] : [{ ...shot, length: 24 }]))],
    audio: [],
  };
  writeFileSync(at('cut.otio'), otioText(short));
  const clip = (name: string, start: number): ClipSketch => ({ name, start: 86400 + start, duration: 24 });
  writeFileSync(
    at('p.drt'),
    resolveProject({
      sequences: [{ name: 'story', tracks: [[clip('m01', 0), { ...clip('m02', 24), grade: 'warm' }]] }],
    }),
  );
  const run = (...args: string[]): Promise<Ran> =>
    patchwork(['render', at('cut.otio'), '-o', at('film.mov'), '--profile', 'h264-mov', ...args], {
      store: at('store'),
    });
  const refused = await run('--grades', at('p.drt'));
  expect([refused.code, refused.json.message]).toEqual([3, 'the built-in renderer cannot draw grade on V1 / m02']);
  expect((await run('--grades', at('p.drt'), '--on-unknown', 'trust')).code).toBe(0);
  const gone = await run();
  expect([gone.code, gone.json.code]).toEqual([3, 'PW_UNKNOWN_REFUSED']);
  expect(gone.json.details).toMatchObject({ domains: ['colour', 'Fusion', 'effects'] });
});
