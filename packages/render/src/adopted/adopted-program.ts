import type { Diagnostic } from '@patchwork/kernel';
import { fontDigest } from '@patchwork/media';
import type { Profile } from '@patchwork/plan';
import { compileProgram, type Canvas, type Program } from '@patchwork/program';
import type { RenderContext } from '../run/context.ts';
import type { MediaCatalog } from '../media/media-catalog.ts';
import type { LoadedTimeline } from '../timeline/timeline-file.ts';

/** Compiles the programme that a film of another program shows, or is to show: the whole timeline. */
export function adoptedProgram(
  { sha256 }: Pick<RenderContext, 'sha256'>,
  profile: Profile,
  { timeline }: LoadedTimeline,
  catalog: MediaCatalog,
): { readonly program: Program; readonly diagnostics: readonly Diagnostic[] } {
  return compileProgram({
    timeline,
    canvas: canvasOf(profile),
    media: catalog.find,
    sha256,
    sampleRate: profile.sound.sampleRate,
    epochs: [],
    font: fontDigest(),
    range: null,
  });
}

/** Where a film does not say how its numbers mean colours, its media are drawn as players would take it: BT.709. */
export function canvasOf({ video }: Profile): Canvas {
  const { width, height, rate, color } = video;
  const known = (value: string, other: string): string => (value === 'unknown' ? other : value);
  return {
    width,
    height,
    rate,
    color: {
      primaries: known(color.primaries, 'bt709'),
      transfer: known(color.transfer, 'bt709'),
      matrix: known(color.matrix, 'bt709'),
      range: known(color.range, 'tv'),
    },
  };
}
