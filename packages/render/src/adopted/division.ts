import {
  actionKey,
  encodingDigest,
  mergeReasons,
  type MissingChunk,
  type PictureReasons,
  type Reason,
  type Toolchain,
  type VideoProfile,
} from '@patchwork/plan';
import type { Program } from '@patchwork/program';
import type { Ledger } from '@patchwork/store';
import type { FrameRange } from '@patchwork/time';
import type { FinishedFilm } from '../film/finished-film.ts';
import { evenLengths } from '../film/fresh-pictures.ts';
import type { RenderContext } from '../run/context.ts';
import { adoptedStretches, withoutSingles, type CutPlaces, type Stretch, type StretchOptions } from './adopted-plan.ts';

/** What of a new version is kept and what is fresh, and what would be without some of the causes. */
export interface Division {
  readonly all: readonly Stretch[];
  /** Were nothing forced. */
  readonly unforced: readonly Stretch[];
  /** Were nothing damaged either. */
  readonly edited: readonly Stretch[];
}

/** Where a film can be cut. */
export function cutPlaces({ base: { ends, closed, samples } }: FinishedFilm): CutPlaces {
  return { closed, starts: ends.flatMap(({ frame, sample }) => (sample < samples.count ? [frame] : [])) };
}

/**
 * Divides a new version of a film.
 *
 * @param versions.mayMove false for a film that stays as long as it is and keeps its sound: index and metadata are kept with it.
 * @param forced frames that are to be rendered.
 * @param lost frames of the film that are damaged.
 */
export function divisionOf(
  versions: {
    readonly film: FinishedFilm;
    readonly places: CutPlaces;
    readonly previous: Program;
    readonly program: Program;
    readonly mayMove: boolean;
  },
  forced: readonly FrameRange[],
  lost: readonly FrameRange[],
): Division {
  const { film, places, previous, program, mayMove } = versions;
  const stretchesWith = (causes: Pick<StretchOptions, 'isForced' | 'isLost'>): readonly Stretch[] => {
    const found = adoptedStretches(previous, places, program, { ...causes, mayMove });
    return film.base.stream.family === 'intra' ? found : withoutSingles(found, places);
  };
  const never = (): boolean => false;
  const within =
    (ranges: readonly FrameRange[]) =>
    (frame: number): boolean =>
      ranges.some((each) => frame >= each.in && frame < each.out);
  const isLost = within(lost);
  const all = stretchesWith({ isForced: within(forced), isLost });
  return {
    all,
    unforced: forced.length === 0 ? all : stretchesWith({ isForced: never, isLost }),
    edited: forced.length + lost.length === 0 ? all : stretchesWith({ isForced: never, isLost: never }),
  };
}

/** The fresh stretches in chunks. */
export function missingChunks(
  { sha256 }: Pick<RenderContext, 'sha256'>,
  division: Division,
  work: {
    readonly program: Program;
    readonly video: VideoProfile;
    readonly toolchain: Toolchain;
    /** Says what the edit changed. */
    readonly finder: PictureReasons;
  },
): readonly MissingChunk[] {
  const { program, video, toolchain, finder } = work;
  const encoding = encodingDigest(video, toolchain, sha256);
  return division.all.flatMap(({ kind, range }) => {
    if (kind === 'kept') return [];
    let at = range.in;
    return evenLengths(range.out - range.in, video.gop).map((length) => {
      const piece = { in: at, out: at + length };
      at += length;
      return {
        key: actionKey(program, piece, encoding, sha256),
        range: piece,
        reasons: reasonsFor(piece, division, finder),
      };
    });
  });
}

/** Each frame of a piece by the first cause that makes it fresh: the edit, damage, or somebody who forces it. */
function reasonsFor(piece: FrameRange, { unforced, edited }: Division, finder: PictureReasons): readonly Reason[] {
  const within = (stretches: readonly Stretch[], kind: Stretch['kind']): readonly FrameRange[] =>
    stretches.flatMap((each) => (each.kind === kind ? common(each.range, piece) : []));
  const reason = (code: string, text: string, ranges: readonly FrameRange[]): readonly Reason[] =>
    ranges.map((range) => ({ code, text, range }));
  const lost = within(unforced, 'fresh').flatMap((range) =>
    within(edited, 'kept').flatMap((each) => common(each, range)),
  );
  return mergeReasons([
    ...within(edited, 'fresh').flatMap((range) => finder.reasonsOfFrames(range)),
    ...reason('lost', 'reused span failed hash', lost),
    ...reason('epoch', 'the range was declared stale', within(unforced, 'kept')),
  ]);
}

/** The frames that two ranges share. */
function common(a: FrameRange, b: FrameRange): readonly FrameRange[] {
  const range = { in: Math.max(a.in, b.in), out: Math.min(a.out, b.out) };
  return range.in < range.out ? [range] : [];
}

/** What a person forces is not what the store has. Of one history every version gets other keys; a killed run is taken up. */
export function withForcedKeys(
  { sha256 }: Pick<RenderContext, 'sha256'>,
  { entries }: Ledger,
  missing: readonly MissingChunk[],
  forced: readonly FrameRange[],
): readonly MissingChunk[] {
  const version = entries.at(-1)?.id ?? '';
  return missing.map((chunk) =>
    forced.some((each) => common(chunk.range, each).length > 0)
      ? { ...chunk, key: sha256(`forced ${version} ${chunk.key}`) }
      : chunk,
  );
}
