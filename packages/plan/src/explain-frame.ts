import type { ClipUse, FrameKey, Program, SourcePicture } from '@patchwork/program';
import type { Chunk } from './chunk.ts';
import { counterparts } from './counterpart.ts';
import type { PreviousDelivery } from './plan-input.ts';
import { pictureChanges, type PictureChange } from './picture-change.ts';
import { pictureText } from './picture-text.ts';
import { spanFinder } from './span-search.ts';

/** Which inputs made a frame, and how they differ from the last delivery. */
export interface FrameExplanation {
  readonly frame: number;
  readonly key: FrameKey;
  /** Clips that contribute, topmost first. */
  readonly clips: readonly ClipUse[];
  /** Outline of everything that can reach the pixels. */
  readonly picture: readonly string[];
  /** The chunk that holds it; null when the chunks are not given. */
  readonly chunk: Chunk | null;
  /**
   * Against the previous delivery: `kept` at this frame, `moved` from another, `changed` in `changes`, or `new`. Null
   * without one.
   */
  readonly before: {
    readonly kind: 'kept' | 'moved' | 'changed' | 'new';
    /** The old frame that it descends from; null for a new one. */
    readonly frame: number | null;
    readonly picture: readonly string[];
    readonly changes: readonly PictureChange[];
  } | null;
}

/** Explains one frame. @throws TypeError outside the programme. */
export function explainFrame(
  program: Program,
  frame: number,
  chunks: readonly Chunk[] | null,
  previous: PreviousDelivery | null,
): FrameExplanation {
  const span = spanFinder(program)(frame);
  const pathOf = pathsOf(span.clips);
  return {
    frame,
    key: program.frameKeyAt(frame),
    clips: span.clips,
    picture: pictureText(program.pictureAt(frame), pathOf),
    chunk: chunks?.find((chunk) => frame >= chunk.in && frame < chunk.out) ?? null,
    before: previous === null ? null : beforeOf(program, frame, previous),
  };
}

function beforeOf(program: Program, frame: number, previous: PreviousDelivery): FrameExplanation['before'] {
  const old = previous.program;
  const shift = previous.shift ?? 0;
  const found = counterparts(old, program, shift)(frame);
  const key = program.frameKeyAt(frame);
  const here = frame + shift;
  const isKept = here >= 0 && here < old.frames && old.frameKeyAt(here) === key;
  const source = isKept ? here : found.oldSpan === null || found.offset === null ? null : frame + found.offset;
  if (source === null) return { kind: 'new', frame: null, picture: [], changes: [] };
  const clips = spanFinder(old)(source).clips;
  const picture = pictureText(old.pictureAt(source), pathsOf(clips));
  if (isKept) return { kind: 'kept', frame: source, picture, changes: [] };
  if (old.frameKeyAt(source) === key) return { kind: 'moved', frame: source, picture, changes: [] };
  const uses = [...found.newSpan.clips, ...clips];
  const changes = pictureChanges(old.pictureAt(source), program.pictureAt(frame), {
    clipOf: ({ media }) => uses.find((use) => use.identity === media)?.name ?? null,
    pathOf: pathsOf(uses),
    isRetimed: found.oldSpan !== null && found.isRetimed,
  });
  const epoch = { code: 'epoch', text: 'the range was declared stale' };
  return { kind: 'changed', frame: source, picture, changes: changes.length > 0 ? changes : [epoch] };
}

function pathsOf(uses: readonly ClipUse[]): (source: SourcePicture) => string {
  return ({ media }) => uses.find((use) => use.identity === media)?.media ?? media.slice(0, 12);
}
