import type { PatchableMovie } from '../patch/boundaries.ts';
import { ascending, holdsItems, movedUserData } from '../container/moved-user-data.ts';
import type { PlacedChunk, SoundSpec } from '../container/movie-spec.ts';
import type { Track } from '../container/movie.ts';
import { indexBoxes } from '../container/index-boxes.ts';
import type { Recut, RecutTrack } from './recut-model.ts';
import { recutPictures } from './recut-pictures.ts';
import { recutSound } from './recut-sound.ts';
import { recutOther, type MovedStretch, type RecutMove } from './recut-texts.ts';

/** What a new version of a finished movie is made of. */
export interface RecutParts {
  readonly base: PatchableMovie;
  /** In order; of one decoder configuration, which `entry` holds. */
  readonly pieces: readonly PlacedChunk[];
  /** The pictures' whole sample entry. */
  readonly entry: Uint8Array;
  /** Null keeps what sound there is. */
  readonly sound: SoundSpec | null;
  /** Null for a movie that stays as long as it is: timecode, chapters, texts and data stay as they are. */
  readonly move: (Omit<RecutMove, 'deltaTicks' | 'stretches'> & { readonly stretches: readonly MovedStretch[] }) | null;
  /** Two zero bytes: a text that says nothing. */
  readonly empty: { readonly path: string; readonly offset: number };
  /** Whether places in the file stay what they are: then items that an index names by their places can be kept. */
  readonly isInPlace: boolean;
}

/**
 * Works out a new version of a finished movie with its own index: other pictures in other places, sound that was rendered
 * anew or that stays, timecode, chapters, texts and data that follow the pictures.
 *
 * @throws PW_ADOPT_OTHER_TRACKS naming a track that cannot follow; PW_SPLICE_PAIR; TypeError for sound in a movie without
 */
export function recutOf(parts: RecutParts): Recut {
  const { base, sound, empty } = parts;
  const { movie } = base;
  const picture = recutPictures(base, parts.pieces, parts.entry);
  const oldTicks = base.samples.count * (base.samples.durations[0] ?? 0);
  const toMovie = (ticks: number): number => Math.round((ticks * movie.timescale) / base.track.timescale);
  const move: RecutMove | null =
    parts.move === null ? null : { ...parts.move, deltaTicks: toMovie(picture.mediaDuration) - toMovie(oldTicks) };
  const tracks = new Map<number, RecutTrack>();
  movie.tracks.forEach((track, i) => {
    const change = changeOf(track);
    if (change !== null) tracks.set(i, change);
  });
  return { movie, tracks, ...userDataOf(parts, move) };

  function changeOf(track: Track): RecutTrack | null {
    if (track === base.track) return picture;
    if (track.handler === 'soun') return sound === null ? null : recutSound(movie, track, base.track, sound);
    if (track.tables.count === 0 || move === null) return null;
    const follow = { ...move, frameAt: ascending(move.frameAt) };
    return recutOther(movie, track, follow, empty);
  }
}

/** The movie's user data with its list of chapters moved. */
function userDataOf(
  { base: { movie }, isInPlace }: RecutParts,
  move: RecutMove | null,
): Pick<Recut, 'userData' | 'lost' | 'withoutItems'> {
  const { index, boxes } = indexBoxes(movie);
  const lost: string[] = [];
  const bytesOf = (type: string): readonly Uint8Array[] =>
    boxes.filter((box) => box.type === type).map((box) => index.bytes.slice(box.start, box.end));
  if (!isInPlace) {
    for (const type of ['meta', 'udta']) {
      if (bytesOf(type).some(holdsItems)) lost.push(`moov/${type} with items of its own`);
    }
  }
  const [user] = boxes.filter(({ type }) => type === 'udta');
  if (user === undefined || move === null) return { userData: null, lost, withoutItems: !isInPlace };
  const moved = movedUserData(index.bytes.subarray(user.body, user.end), { ...move, frameAt: ascending(move.frameAt) });
  if (moved.isLost) lost.push('the list of chapters: the picture of one is gone, or stands in several places');
  return { userData: moved.bytes, lost, withoutItems: !isInPlace };
}
