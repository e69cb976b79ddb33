/**
 * A timeline as a test says it: tracks of shots, everything in whole frames. `otio-text.ts` writes it as a file for the
 * product; `naive-frame-map.ts` says what must be seen and heard. The two share nothing but this description.
 */
export interface Film {
  readonly name: string;
  /** Frames per second as [numerator, denominator]. */
  readonly rate: readonly [number, number];
  /** Timecode of the first frame, in frames. */
  readonly start: number;
  readonly dropFrame?: boolean;
  readonly width: number;
  readonly height: number;
  /** Lowest first. */
  readonly video: readonly (readonly Shot[])[];
  readonly audio: readonly (readonly Shot[])[];
  readonly media: { readonly [name: string]: FilmMedia };
}

/** A file of the film. Its first frame is number 0. */
export interface FilmMedia {
  readonly path: string;
  /** Number in the picture's code. */
  readonly id: number;
  readonly rate: readonly [number, number];
  readonly frames: number;
  readonly still?: boolean;
  /** Of its tone, in hertz; 0 for none. */
  readonly toneHz: number;
}

/** A clip, or a gap where `media` is null. */
export interface Shot {
  readonly name?: string;
  readonly media: string | null;
  /** First source frame. */
  readonly from: number;
  /** Record frames. */
  readonly length: number;
  /** 1 as shot, 0.5, 2, −1 backwards, 0 frozen at `from`. Default 1. */
  readonly speed?: number;
  /** 0…1, or keys at clip frames. Default 1. */
  readonly opacity?: number | readonly Key[];
  /** Zoom, likewise. Default 1. */
  readonly scale?: number | readonly Key[];
  /** Points of a ramp: clip frame → source frame. */
  readonly ramp?: { readonly points: readonly (readonly [number, number])[]; readonly blend: boolean };
  /** In dB. Default 0. */
  readonly gainDb?: number;
  /** −1 left … 1 right. Default 0. */
  readonly pan?: number;
  /** Seconds in and out. Default none. */
  readonly fade?: readonly [number, number];
  /** Default true. */
  readonly enabled?: boolean;
  /** A dissolve at the cut to the next shot: frames before and after the cut. */
  readonly dissolve?: { readonly before: number; readonly after: number };
  readonly marker?: string;
  readonly color?: string;
}

/** A value at a frame of the clip, straight to the next. */
export interface Key {
  readonly frame: number;
  readonly value: number;
}

/** Frames of a track. */
export function lengthOfTrack(track: readonly Shot[]): number {
  return track.reduce((sum, shot) => sum + shot.length, 0);
}

/** Frames of a film: its longest track. */
export function lengthOfFilm(film: Film): number {
  return Math.max(0, ...[...film.video, ...film.audio].map(lengthOfTrack));
}
