import type { Film, Key, Shot } from './film.ts';

/** One picture that may be seen in a frame: which file, which of its frames, how much of it (0…1). */
export interface SeenPicture {
  readonly media: string;
  readonly frame: number;
  readonly weight: number;
}

/** The pictures that make up a layer at a record frame; more than one in a dissolve or a blended ramp. */
export type SeenLayer = readonly SeenPicture[];

/** What a frame shows: the visible layers, lowest first. Says nothing of how it is made: slow, plain, and on its own. */
export function naiveFrameMap(film: Film, frame: number): readonly SeenLayer[] {
  return film.video.map((track) => layerAt(film, track, frame)).filter((layer) => layer.length > 0);
}

function layerAt(film: Film, track: readonly Shot[], frame: number): SeenLayer {
  let start = 0;
  for (const [index, shot] of track.entries()) {
    const end = start + shot.length;
    const after = track[index + 1];
    if (shot.dissolve && after && frame >= end - shot.dissolve.before && frame < end + shot.dissolve.after) {
      const { before, after: tail } = shot.dissolve;
      const share = (frame - (end - before) + 0.5) / (before + tail);
      return [
        ...weighted(shotAt(film, shot, frame - start), 1 - share),
        ...weighted(shotAt(film, after, frame - end), share),
      ];
    }
    const next = track[index - 1]?.dissolve;
    const inHead = next !== undefined && frame < start + next.after;
    if (frame >= start && frame < end && !inHead) return shotAt(film, shot, frame - start);
    start = end;
  }
  return [];
}

/** The shot's own pictures at a frame counted from its start; also before 0 and past its length, where handles show. */
function shotAt(film: Film, shot: Shot, at: number): SeenLayer {
  const media = shot.media === null ? undefined : film.media[shot.media];
  if (media === undefined || shot.media === null || shot.enabled === false) return [];
  const opacity = valueAt(shot.opacity ?? 1, at);
  if (opacity === 0) return [];
  const clamp = (index: number): number => Math.min(media.frames - 1, Math.max(0, index));
  const one = (index: number, weight = 1): SeenPicture => ({
    media: String(shot.media),
    frame: clamp(index),
    weight: weight * opacity,
  });
  if (media.still) return [one(0)];
  // Media frames per record frame, as a fraction, so that no rounding creeps in.
  const num = media.rate[0] * film.rate[1];
  const den = media.rate[1] * film.rate[0];
  if (shot.ramp) return rampAt(shot.ramp, at).map(([index, weight]) => one(index, weight));
  const speed = shot.speed ?? 1;
  if (speed === 0) return [one(shot.from)];
  const scaled = Math.abs(speed * 1000);
  if (speed > 0) return [one(shot.from + Math.floor((at * num * scaled) / (den * 1000)))];
  return [one(shot.from + Math.ceil(((shot.length - at) * num * scaled) / (den * 1000)) - 1)];
}

function rampAt(ramp: NonNullable<Shot['ramp']>, at: number): [number, number][] {
  const last = ramp.points.length - 1;
  let i = 0;
  while (i < last - 1 && at >= (ramp.points[i + 1]?.[0] ?? 0)) i += 1;
  const [t0, v0] = ramp.points[i] ?? [0, 0];
  const [t1, v1] = ramp.points[i + 1] ?? [1, 1];
  const num = v0 * (t1 - t0) + (v1 - v0) * (at - t0);
  const whole = Math.floor(num / (t1 - t0));
  const part = (num - whole * (t1 - t0)) / (t1 - t0);
  return !ramp.blend || part === 0
    ? [[whole, 1]]
    : [
        [whole, 1 - part],
        [whole + 1, part],
      ];
}

function valueAt(value: number | readonly Key[], at: number): number {
  if (typeof value === 'number') return value;
  const right = value.findIndex((key) => key.frame > at);
  const after = value[right];
  const before = value[right < 0 ? value.length - 1 : right - 1];
  if (after === undefined || before === undefined) return (before ?? after)?.value ?? 1;
  return before.value + ((after.value - before.value) * (at - before.frame)) / (after.frame - before.frame);
}

function weighted(layer: SeenLayer, share: number): SeenPicture[] {
  return layer.map((picture) => ({ ...picture, weight: picture.weight * share }));
}
