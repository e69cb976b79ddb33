import { PatchworkError } from '@patchwork/kernel';
import type { Profile } from '@patchwork/plan';
import type { MediaInfo, Program } from '@patchwork/program';
import type { SoundSpec } from '@patchwork/splice';
import type { RenderContext } from '../run/context.ts';
import type { FinishedFilm } from '../film/finished-film.ts';
import { renderSoundTrack } from './sound-track.ts';

/** The programme's sound in one pass, in the film's own codec. The caller removes `path`. @throws PW_ADOPT_SOUND, PW_MEDIA_* */
export async function newSound(
  context: RenderContext,
  film: FinishedFilm,
  profile: Profile,
  program: Program,
  media: readonly MediaInfo[],
): Promise<{ readonly spec: SoundSpec; readonly path: string }> {
  requireOneSound(film);
  if (profile.sound.codec === 'none') throw unknownSound(film, 'its sound is in a codec that cannot be rendered to');
  return renderSoundTrack(context, program.sound, profile.sound, media);
}

function requireOneSound(film: FinishedFilm): void {
  const tracks = film.base.movie.tracks.filter(({ handler }) => handler === 'soun');
  if (tracks.length !== 1) throw unknownSound(film, `it has ${tracks.length} sound tracks`);
}

function unknownSound(film: FinishedFilm, what: string): PatchworkError {
  return new PatchworkError(
    'PW_ADOPT_SOUND',
    `the sound of ${JSON.stringify(film.path)} cannot follow the edit: ${what}`,
    {
      hint: 'Patch the pictures alone with patchwork patch, or render the film anew.',
      details: { path: film.path },
    },
  );
}
