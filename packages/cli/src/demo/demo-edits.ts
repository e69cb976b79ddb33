import { startOfShot, type DemoFilm, type DemoOverlay } from './demo-film.ts';

/** One edit of the demo, in an editor's words, and what it does. */
export interface DemoEdit {
  readonly name: string;
  readonly apply: (film: DemoFilm) => DemoFilm;
  /** Media whose file is exchanged under its name; null for an edit of the timeline. */
  readonly replaced: string | null;
}

const trimmed = 20;
const inserted = 9;
const faded = 3;
const replaced = 'm05';

/** The edits, each on top of the ones before. */
export const demoEdits: readonly DemoEdit[] = [
  {
    name: `ripple trim out −10 on shot ${trimmed + 1}`,
    apply: (film) => withLength(film, trimmed, -10),
    replaced: null,
  },
  { name: `insert 48 frames before shot ${inserted + 1}`, apply: withInsert, replaced: null },
  { name: `opacity 60 % → 85 % on overlay ${faded + 1}`, apply: withOpacity, replaced: null },
  { name: `${replaced}.mov replaced under the same name`, apply: (film) => film, replaced },
];

function withLength(film: DemoFilm, index: number, delta: number): DemoFilm {
  const shots = film.shots.map((shot, each) => (each === index ? { ...shot, length: shot.length + delta } : shot));
  return { shots, overlays: rippled(film, startOfShot(film, index + 1), delta) };
}

function withInsert(film: DemoFilm): DemoFilm {
  const fresh = { media: 'm13', from: 24, length: 48, dissolve: 0 };
  const shots = [...film.shots.slice(0, inserted), fresh, ...film.shots.slice(inserted)];
  return { shots, overlays: rippled(film, startOfShot(film, inserted), fresh.length) };
}

function withOpacity(film: DemoFilm): DemoFilm {
  return {
    ...film,
    overlays: film.overlays.map((overlay, index) => (index === faded ? { ...overlay, opacity: 0.85 } : overlay)),
  };
}

/** Connected clips move with the shots that they stand over. */
function rippled(film: DemoFilm, from: number, delta: number): readonly DemoOverlay[] {
  return film.overlays.map((overlay) => (overlay.at >= from ? { ...overlay, at: overlay.at + delta } : overlay));
}
