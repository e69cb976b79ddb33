import { join } from 'node:path';
import type { RenderRequest } from '@patchwork/render';
import type { Engine } from './engine.ts';
import type { Film } from './film.ts';
import { recut, storyFilm, withShot } from './fixture.ts';

/** A deliverable of ours: codec, container and the profile that makes it, small and quick. */
export interface OwnFilm {
  readonly name: string;
  readonly codec: string;
  readonly container: 'mp4' | 'mov';
  readonly profile: RenderRequest['profile'];
  readonly isIntra: boolean;
}

const gop = 24;
const x264 = { gop, options: { preset: 'veryfast' } };
const x265 = { gop, options: { 'x265-params.rc-lookahead': '5', 'x265-params.subme': '1' } };
/** DNxHR holds no smaller pictures. */
const large = { width: 256, height: 144 };

/** Every codec in every container that takes it; DNxHR and ProRes in a flavour of each kind of samples. */
export const ownFilms: readonly OwnFilm[] = [
  {
    name: 'h264',
    codec: 'H.264',
    container: 'mp4',
    profile: { base: 'h264', video: x264 },
    isIntra: false,
  },
  { name: 'h264-mov', codec: 'H.264', container: 'mov', profile: { base: 'h264-mov', video: x264 }, isIntra: false },
  { name: 'hevc-mp4', codec: 'HEVC', container: 'mp4', profile: { base: 'hevc-mp4', video: x265 }, isIntra: false },
  { name: 'hevc-mov', codec: 'HEVC', container: 'mov', profile: { base: 'hevc-mov', video: x265 }, isIntra: false },
  {
    name: 'av1-mp4',
    codec: 'AV1',
    container: 'mp4',
    profile: { base: 'av1-mp4', video: { gop, options: { preset: '12' } } },
    isIntra: false,
  },
  { name: 'prores-422-hq', codec: 'ProRes', container: 'mov', profile: 'prores-422-hq', isIntra: true },
  {
    name: 'dnxhr-hq-mov',
    codec: 'DNxHR',
    container: 'mov',
    profile: { base: 'dnxhr-hq-mov', video: large },
    isIntra: true,
  },
  {
    name: 'dnxhr-444-mov',
    codec: 'DNxHR',
    container: 'mov',
    profile: { base: 'dnxhr-444-mov', video: large },
    isIntra: true,
  },
];

/** The story in one codec: a film of three shots, its second one trimmed by ten frames with a ripple. */
export interface CodecStory {
  readonly old: Film;
  readonly next: Film;
  /** Delivered from `old`. */
  readonly before: string;
  /** Delivered from `next` over a copy of `before`. */
  readonly patched: string;
  /** Delivered from `next` with nothing at hand. */
  readonly clean: string;
  readonly rendered: number;
}

/** Renders the story: before, patched and clean, each in a folder of its own. */
export async function codecStory(engine: Engine, folder: string, own: OwnFilm): Promise<CodecStory> {
  const story = await storyFilm();
  const shots = (story.video[0] ?? []).slice(4, 7).map((shot) => ({ ...shot, length: 48 }));
  const names = shots.flatMap((shot) => (shot.media === null ? [] : [shot.media]));
  const media = Object.fromEntries(Object.entries(story.media).filter(([name]) => names.includes(name)));
  const old: Film = { ...story, video: [shots], audio: [shots], media };
  const next = recut(old, (list) => withShot(list, 'm06', (shot) => ({ ...shot, length: 38 })));
  const path = (kind: string): string => join(folder, `${own.name}-${kind}.${own.container}`);
  const store = (kind: string): string => join(folder, `${own.name}-${kind}-store`);
  await engine.render(old, path('before'), store('before'), own.profile);
  await engine.render(old, path('patched'), store('before'), own.profile);
  const patch = await engine.render(next, path('patched'), store('none'), own.profile);
  await engine.render(next, path('clean'), store('clean'), own.profile);
  return {
    old,
    next,
    before: path('before'),
    patched: path('patched'),
    clean: path('clean'),
    rendered: patch.frames.rendered,
  };
}
