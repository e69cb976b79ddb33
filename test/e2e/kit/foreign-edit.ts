import * as fc from 'fast-check';
import type { Film, Shot } from './film.ts';
import { lengthOfTrack } from './film.ts';

/** An edit of a film that another program made, in an editor's words. */
export interface ForeignEdit {
  readonly name: string;
  readonly change: (film: Film) => Film;
}

/** On all tracks alike: sound goes with its picture. */
function onBoth(change: (track: readonly Shot[]) => readonly Shot[]): (film: Film) => Film {
  return (film) => ({ ...film, video: film.video.map(change), audio: film.audio.map(change) });
}

/** On the picture alone. */
function onPicture(change: (track: readonly Shot[]) => readonly Shot[]): (film: Film) => Film {
  return (film) => ({ ...film, video: film.video.map(change) });
}

/** Takes frames [start, end) out of a track and puts shots in their place. */
function replaced(track: readonly Shot[], start: number, end: number, shots: readonly Shot[]): readonly Shot[] {
  const list: Shot[] = [];
  let at = 0;
  let isDone = false;
  const put = (): void => {
    if (!isDone) list.push(...shots);
    isDone = true;
  };
  for (const shot of track) {
    const [first, last] = [at, at + shot.length];
    at = last;
    if (first < start) list.push({ ...shot, length: Math.min(last, start) - first });
    if (last > start) put();
    if (last > end) {
      const from = Math.max(first, end);
      list.push({ ...shot, from: shot.from + from - first, length: last - from });
    }
  }
  put();
  return list;
}

/**
 * A random edit: ripple trims of a head or a tail, an insert, a lift, a move, a slip, an overwrite, other sound. Inserted
 * pictures are of the media `new`, and no picture comes twice.
 */
export const foreignEdit: fc.Arbitrary<ForeignEdit> = fc
  .record({
    kind: fc.constantFrom('trim head', 'trim tail', 'insert', 'lift', 'move', 'slip', 'overwrite', 'sound'),
    at: fc.nat(1000),
    to: fc.nat(1000),
    frames: fc.integer({ min: 1, max: 14 }),
    from: fc.nat(20),
    isPictureAlone: fc.boolean(),
  })
  .map(({ kind, at, to, frames, from, isPictureAlone }): ForeignEdit => {
    const on = isPictureAlone ? onPicture : onBoth;
    const name = `${kind} at ${at} to ${to}, ${frames} frames from ${from}, ${isPictureAlone ? 'picture' : 'both'}`;
    const fresh: Shot = { media: 'new', from, length: frames };
    const shotOf = (track: readonly Shot[]): number => at % track.length;
    const trimmed = (track: readonly Shot[], isHead: boolean): readonly Shot[] =>
      track.map((shot, i) => {
        const cut = Math.min(frames, shot.length - 1);
        if (i !== shotOf(track)) return shot;
        return { ...shot, from: shot.from + (isHead ? cut : 0), length: shot.length - cut };
      });
    const placed = (track: readonly Shot[]): readonly [number, number] => {
      const start = at % (lengthOfTrack(track) - frames);
      return [start, start + frames];
    };
    switch (kind) {
      case 'trim head':
        return { name, change: onBoth((track) => trimmed(track, true)) };
      case 'trim tail':
        return { name, change: onBoth((track) => trimmed(track, false)) };
      case 'insert':
        return { name, change: onBoth((track) => replaced(track, placed(track)[0], placed(track)[0], [fresh])) };
      case 'lift':
        return { name, change: on((track) => replaced(track, ...placed(track), [{ ...fresh, media: null }])) };
      case 'overwrite':
        return { name, change: on((track) => replaced(track, ...placed(track), [fresh])) };
      case 'move':
        return {
          name,
          change: onBoth((track) => {
            const rest = track.filter((_, i) => i !== shotOf(track));
            return rest.toSpliced(to % (rest.length + 1), 0, ...track.slice(shotOf(track), shotOf(track) + 1));
          }),
        };
      case 'slip':
        return {
          name,
          change: on((track) =>
            track.map((shot, i) => (i === shotOf(track) ? { ...shot, from: shot.from + (frames % 9) + 1 } : shot)),
          ),
        };
      case 'sound':
        return {
          name,
          change: (film) => ({
            ...film,
            audio: film.audio.map((track) =>
              track.map((shot, i) => (i === shotOf(track) ? { ...shot, gainDb: -1 - (frames % 6) } : shot)),
            ),
          }),
        };
    }
  });
