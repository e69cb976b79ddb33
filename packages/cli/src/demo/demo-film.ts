/** The demo's film: plain data, changed by the edits, written as FCPXML. Everything in whole frames. */
export interface DemoFilm {
  readonly shots: readonly DemoShot[];
  /** Connected clips on lanes 1 and 2. */
  readonly overlays: readonly DemoOverlay[];
}

/** A shot of the main storyline, with its sound. */
export interface DemoShot {
  readonly media: string;
  readonly from: number;
  readonly length: number;
  /** Frames of a dissolve at its end; 0 for a cut. */
  readonly dissolve: number;
}

/** A picture over the main storyline. */
export interface DemoOverlay {
  readonly media: string;
  readonly lane: 1 | 2;
  /** Frame of the timeline at which it begins; follows the shots when an edit ripples. */
  readonly at: number;
  readonly from: number;
  readonly length: number;
  readonly opacity: number;
  readonly scale: number;
  /** From the centre, as fractions of the height. */
  readonly position: readonly [x: number, y: number];
}

/** Frames a second. */
export const demoRate = 24;
/** Pixels across. */
export const demoWidth = 480;
/** Pixels down. */
export const demoHeight = 270;
/** Frames of each media file. */
export const demoMediaFrames = 240;
const sources = 12;

/** Name of media number n, from 1. */
export function demoMediaName(number: number): string {
  return `m${String(number).padStart(2, '0')}`;
}

/** Names of all media of the film, in order of their number. */
export function demoMediaNames(): readonly string[] {
  return Array.from({ length: sources + 1 }, (_, index) => demoMediaName(index + 1));
}

/** The film before the first edit: 48 shots, 11 overlays on two lanes, a music bed; 107 clips on 3 picture and 2 sound tracks. */
export function demoFilm(): DemoFilm {
  const shots = Array.from({ length: 48 }, (_, index): DemoShot => ({
    media: demoMediaName(1 + ((index * 5) % sources)),
    from: 12 + ((index * 29) % 140),
    length: 16 + ((index * 7) % 5) * 3,
    dissolve: index % 12 === 5 ? 8 : 0,
  }));
  const overlays = Array.from({ length: 11 }, (_, index): DemoOverlay => ({
    media: demoMediaName(1 + ((index * 7 + 3) % sources)),
    lane: index % 3 === 2 ? 2 : 1,
    at: 40 + index * 90,
    from: 20 + index * 9,
    length: 48,
    opacity: index % 2 === 0 ? 1 : 0.6,
    scale: 0.4,
    position: [index % 2 === 0 ? 0.5 : -0.5, 0.25],
  }));
  return { shots, overlays };
}

/** First frame of a shot in the timeline. */
export function startOfShot(film: DemoFilm, index: number): number {
  return film.shots.slice(0, index).reduce((sum, shot) => sum + shot.length, 0);
}

/** Frames of the film. */
export function demoFrames(film: DemoFilm): number {
  return startOfShot(film, film.shots.length);
}
