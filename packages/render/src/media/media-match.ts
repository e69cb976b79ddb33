import type { MediaInfo } from '@patchwork/program';
import { add, compare, divide, one, rational, secondsFromTime, subtract, zero, type Rational } from '@patchwork/time';
import { trimmedRange, type Clip, type MediaReference } from '@patchwork/timeline';

/** What a timeline says of a piece of media besides its name. Times are seconds of media time. */
export interface WantedMedia {
  /** From the media's own timecode; null where the timeline does not say. */
  readonly available: { readonly start: Rational; readonly end: Rational } | null;
  /** Stretches that clips play. `end` is null where a speed makes the stretch another one. */
  readonly uses: readonly { readonly start: Rational; readonly end: Rational | null }[];
  /** Whether a clip shows its picture. */
  readonly needsPicture: boolean;
}

/** Reads what one clip wants of its media. */
export function wantedBy(clip: Clip, reference: MediaReference | null, isPicture: boolean): WantedMedia {
  const range = trimmedRange(clip);
  const start = secondsFromTime(range.start);
  const isRetimed = clip.effects.length > 0;
  const said = reference === null || reference.kind === 'Unknown' ? null : reference.availableRange;
  return {
    available:
      said === null
        ? null
        : {
            start: secondsFromTime(said.start),
            end: add(secondsFromTime(said.start), secondsFromTime(said.duration)),
          },
    uses: [{ start, end: isRetimed ? null : add(start, secondsFromTime(range.duration)) }],
    needsPicture: isPicture,
  };
}

/** Joins what several clips want of one file. */
export function togetherWanted(a: WantedMedia, b: WantedMedia): WantedMedia {
  return {
    available: a.available ?? b.available,
    uses: [...a.uses, ...b.uses],
    needsPicture: a.needsPicture || b.needsPicture,
  };
}

/** Tells whether a file can be the media: its timecode is the stated one and it holds all that is played, within a frame. */
export function canBe(wanted: WantedMedia, info: MediaInfo): boolean {
  if (wanted.needsPicture && info.video === null) return false;
  if (info.video?.still === true) return true;
  const rate = info.video?.rate ?? rational(24);
  const frame = divide(one, rate);
  const length = lengthOf(info);
  const timecode = info.startTimecode === null ? null : divide(rational(info.startTimecode.frame), rate);
  const { available } = wanted;
  if (available !== null) {
    const gap = timecode === null ? zero : subtract(available.start, timecode);
    if (compare(gap, frame) > 0 || compare(gap, { num: -frame.num, den: frame.den }) < 0) return false;
    if (compare(subtract(available.end, available.start), add(length, frame)) > 0) return false;
  }
  const first = subtract(available?.start ?? timecode ?? zero, frame);
  const last = add(available?.start ?? timecode ?? zero, add(length, frame));
  return wanted.uses.every(
    ({ start, end }) =>
      compare(start, first) >= 0 && compare(start, last) < 0 && (end === null || compare(end, last) <= 0),
  );
}

function lengthOf(info: MediaInfo): Rational {
  if (info.video !== null) return divide(rational(info.video.frames), info.video.rate);
  return info.sound.reduce<Rational>((most, { samples, sampleRate }) => {
    const length = divide(rational(samples), rational(sampleRate));
    return compare(length, most) > 0 ? length : most;
  }, zero);
}

/** What became of a search by facts. */
export type MatchVerdict =
  | { readonly kind: 'one'; readonly path: string }
  | { readonly kind: 'none' }
  | { readonly kind: 'several'; readonly paths: readonly string[] };

/** Picks the file among those of a fitting name. Copies of one content are one file: the first is taken. */
export function matchOf(wanted: WantedMedia, candidates: readonly MediaInfo[]): MatchVerdict {
  const able = candidates.filter((info) => canBe(wanted, info));
  // Of a recording that lies there with its separate sound, the film is the one that lists mean.
  const pictures = able.filter(({ video }) => video !== null);
  const fitting = pictures.length > 0 ? pictures : able;
  const [first] = fitting;
  if (first === undefined) return { kind: 'none' };
  if (fitting.every(({ identity }) => identity === first.identity)) return { kind: 'one', path: first.path };
  return { kind: 'several', paths: fitting.map(({ path }) => path) };
}
