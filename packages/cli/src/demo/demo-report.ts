import type { Json } from '@patchwork/kernel';
import type { BeforeAfter, PatchRun, StripItem, StripTrack } from '@patchwork/report';
import { formatTimecode, rational, type FrameRange } from '@patchwork/time';
import type { CommandContext } from '../shell.ts';
import type { DemoEdit } from './demo-edits.ts';
import { musicFrames } from './demo-fcpxml.ts';
import { demoFrames, demoRate, startOfShot, type DemoFilm, type DemoOverlay } from './demo-film.ts';
import type { DemoOutput } from './demo-output.ts';
import type { SelfRun } from './self.ts';

/** Looks at frames of a deliverable before it is replaced: a copy of the old file's pictures is made on demand. */
export interface Look {
  /** Takes the pictures of these frames, as they are now. */
  readonly take: (path: string, frames: readonly number[]) => Promise<readonly (string | null)[]>;
  /** Every eighth second of the old file, by frame. */
  readonly old: ReadonlyMap<number, string>;
  readonly deliverable: string;
}

/** Frames between two pictures that are kept of the old file. */
const oldStep = demoRate;

/** Takes the pictures of the old deliverable, one a second, before the patch replaces it. */
export async function pictures(context: CommandContext, deliverable: string): Promise<Look> {
  const take = async (path: string, frames: readonly number[]): Promise<readonly (string | null)[]> => {
    const images = await context
      .workers()
      .thumbnails({ items: frames.map((frame) => ({ path, frame })), width: 320, format: 'jpeg', media: [] });
    return images.map((bytes) => `data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}`);
  };
  const { video } = await context.workers().probe(deliverable);
  const frames = Array.from({ length: Math.ceil((video?.frames ?? 0) / oldStep) }, (_, index) => index * oldStep);
  const images = await take(deliverable, frames);
  return {
    take,
    old: new Map(frames.flatMap((frame, index) => (images[index] == null ? [] : [[frame, images[index]] as const]))),
    deliverable,
  };
}

/** What a patch of the demo gave. */
export interface DemoPatch {
  readonly edit: DemoEdit;
  readonly output: DemoOutput;
  readonly patched: SelfRun;
  readonly clean: SelfRun;
  readonly before: DemoFilm;
  readonly after: DemoFilm;
  readonly look: Look;
}

/** Turns a patch into a section of the report. */
export async function patchRun(patch: DemoPatch): Promise<PatchRun> {
  const { document, seconds } = patch.patched;
  const frames = document['frames'] as { readonly total: number; readonly rendered: number; readonly reused: number };
  const rendered = rangesOf(document['render']);
  const watch = listOf(document['watch']).map((each) => rangeOf((each as { readonly range: Json }).range));
  return {
    name: patch.edit.name,
    output: patch.output.name,
    frames: { total: frames.total, rendered: frames.rendered, reused: frames.reused },
    seconds,
    cleanSeconds: patch.clean.seconds,
    identical: typeof document['sha256'] === 'string' && document['sha256'] === patch.clean.document['sha256'],
    tracks: tracksOf(patch.after, rendered),
    rendered,
    reasons: listOf(document['reasons'])
      .slice(0, 8)
      .map((each) => each as { readonly text: string; readonly range: Json })
      .map(({ text, range }) => ({ text, range: rangeOf(range) }))
      .toSorted((a, b) => a.range.in - b.range.in)
      .map(({ text, range }) => ({ text, place: place(range) })),
    watch: watch.map((range) => ({
      place: place(range),
      length: `${((range.out - range.in) / demoRate).toFixed(1)} s`,
    })),
    watchTotal: `${(watch.reduce((sum, range) => sum + range.out - range.in, 0) / demoRate).toFixed(0)} s of ${(frames.total / demoRate).toFixed(0)} s`,
    pictures: await beforeAfter(patch, rendered),
  };
}

/** The middles of the first rendered stretches, at whole seconds, where the old file's pictures were kept. */
async function beforeAfter(patch: DemoPatch, rendered: readonly FrameRange[]): Promise<readonly BeforeAfter[]> {
  const frames = rendered
    .slice(0, 4)
    .map((range) => Math.round((range.in + range.out) / 2 / oldStep) * oldStep)
    .filter((frame) => frame < demoFrames(patch.after));
  const unique = [...new Set(frames)];
  const images = await patch.look.take(patch.look.deliverable, unique);
  return unique.map((frame, index) => ({
    place: timecode(frame),
    caption: patch.edit.name,
    before: patch.look.old.get(frame) ?? null,
    after: images[index] ?? null,
  }));
}

function tracksOf(film: DemoFilm, rendered: readonly FrameRange[]): readonly StripTrack[] {
  const isChanged = (item: FrameRange): boolean => rendered.some((range) => range.in < item.out && item.in < range.out);
  const shots = film.shots.map((shot, index): StripItem => {
    const start = startOfShot(film, index);
    const range = { in: start, out: start + shot.length };
    return { ...range, name: shot.media, changed: isChanged(range) };
  });
  const lane = (number: DemoOverlay['lane']): StripItem[] =>
    film.overlays
      .filter((overlay) => overlay.lane === number)
      .map((overlay) => {
        const range = { in: overlay.at, out: overlay.at + overlay.length };
        return { ...range, name: overlay.media, changed: isChanged(range) };
      });
  const music = film.shots.flatMap((_, index): StripItem[] => {
    if (index % 8 !== 0) return [];
    const start = startOfShot(film, index);
    return [{ in: start, out: start + musicFrames(film, index), name: 'music', changed: false }];
  });
  return [
    { name: 'V3', kind: 'picture', items: lane(2) },
    { name: 'V2', kind: 'picture', items: lane(1) },
    { name: 'V1', kind: 'picture', items: shots },
    { name: 'A1', kind: 'sound', items: shots.map((item) => ({ ...item, changed: false })) },
    { name: 'A2', kind: 'sound', items: music },
  ];
}

function timecode(frame: number): string {
  return formatTimecode(86400 + frame, rational(demoRate), false);
}

function place(range: FrameRange): string {
  return `${timecode(range.in)} – ${timecode(range.out)}`;
}

function listOf(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? (value as readonly Json[]) : [];
}

function rangesOf(value: Json | undefined): readonly FrameRange[] {
  return listOf(value).map(rangeOf);
}

function rangeOf(value: Json): FrameRange {
  const [start = 0, out = 0] = listOf(value).map(Number);
  return { in: start, out };
}
