import { type Diagnostic, PatchworkError } from '@patchwork/kernel';
import { add, canDropFrame, type FrameRange, multiply, round, secondsFromTime, zero } from '@patchwork/time';
import { type BurnInEffect, knownEffect, member, type Stack, type Timeline, unmodelledOf } from '@patchwork/timeline';
import { timecodeText, withBurnIns } from './burn-in.ts';
import type { Canvas } from './canvas.ts';
import { CompiledProgram } from './compiled-program.ts';
import { compileSound } from './compile-sound.ts';
import { type Expression, unmodelled } from './expression.ts';
import { overBlack } from './ground.ts';
import type { MediaInfo } from './media-info.ts';
import { Ranges } from './own-range.ts';
import type { Program } from './program.ts';
import type { ProgramInput } from './program-input.ts';
import { Refusals } from './refusals.ts';
import { resolveContainer } from './resolve-stack.ts';
import { nearestFrame, ownTimeAt, type Place, Remarks, type Resolver } from './resolver.ts';
import { SpanCompiler } from './spans.ts';

/** A programme, and what was odd on the way. */
export interface CompiledTimeline {
  readonly program: Program;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Resolves a timeline into what each output frame shows and each sample plays. Linear in items and frames.
 *
 * @throws PW_TIMELINE_EMPTY when there is nothing to play, PW_RANGE_OUTSIDE when `range` is not within the timeline
 * @throws PW_MEDIA_OFFLINE, PW_MEDIA_SEQUENCE, PW_MEDIA_NO_PICTURE, PW_PICTURE_INTERLACED, PW_PICTURE_HDR,
 * PW_FONT_MISSING, PW_SOUND_LAYOUT naming every clip in the range that cannot be drawn or played
 * @throws PW_TIMELINE_RANGE, PW_EFFECT_MALFORMED, PW_CANVAS_MALFORMED, PW_TIME_RANGE for a malformed timeline
 */
export function compileProgram(input: ProgramInput): CompiledTimeline {
  const { timeline, canvas } = input;
  const media = remembered(input.media);
  const remarks = new Remarks();
  const refusals = new Refusals();
  const start = startOf(timeline, canvas);
  const ranges = new Ranges(media);
  const resolver: Resolver = {
    media,
    ranges,
    container: resolveContainer,
    font: input.font,
    refusals,
    remarks,
    compositions: new Map(),
    start,
  };

  const range = ranges.of(timeline.tracks);
  const ownTime = ownTimeAt(range.start, 0, canvas.rate);
  const frames = nearestFrame(add(range.start, range.duration), ownTime, canvas.rate);
  const window = windowOf(input.range, frames, timeline);
  const place: Place = { canvas, in: 0, out: frames, from: 0, to: frames, ownTime, track: '' };

  const { layers, burnIns } = partedRoot(timeline.tracks);
  const segments = resolveContainer(layers, place, range, resolver);
  const complete = (expression: Expression): Expression => {
    let result = overBlack(expression);
    for (const thing of unmodelledOf(timeline)) result = unmodelled(result, thing.label, thing.content);
    return withBurnIns(result, burnIns, place, resolver);
  };
  const compiler = new SpanCompiler(segments, complete, canvas, refusals, input.sha256);
  const spans = compiler.compile(window.in, window.out);
  const { sound, unmodelled: soundUnmodelled } = compileSound(input, resolver, range.start, window);
  refusals.throwIfAny((frame) => timecodeText(start.frame + frame, canvas.rate, start.dropFrame));

  const [first] = spans;
  const before = first === undefined || first.anchor.countAt !== null ? 0 : compiler.runBefore(window.in, first.anchor);
  const program = new CompiledProgram({
    canvas,
    start,
    window,
    spans,
    before,
    sound,
    soundUnmodelled,
    epochs: input.epochs,
  });
  return { program, diagnostics: remarks.all() };
}

/** Asks once for each file. */
function remembered(media: ProgramInput['media']): ProgramInput['media'] {
  const known = new Map<string, MediaInfo | null>();
  return (targetUrl) => {
    let info = known.get(targetUrl);
    if (info === undefined) {
      info = media(targetUrl);
      known.set(targetUrl, info);
    }
    return info;
  };
}

/** Timecode of the timeline's first frame; drop frame as `metadata.patchwork.dropFrame` says, by default not. */
function startOf(timeline: Timeline, canvas: Canvas): Program['start'] {
  const seconds = timeline.globalStartTime === null ? zero : secondsFromTime(timeline.globalStartTime);
  const isNotedDrop = member(timeline.metadata, 'patchwork', 'dropFrame') === true;
  return { frame: round(multiply(seconds, canvas.rate)), dropFrame: isNotedDrop && canDropFrame(canvas.rate) };
}

function windowOf(range: FrameRange | null, frames: number, timeline: Timeline): FrameRange {
  if (frames < 1) {
    throw new PatchworkError('PW_TIMELINE_EMPTY', `timeline "${timeline.name}" has no frame to play`, {
      hint: 'Choose another timeline of the file, or put clips on it.',
    });
  }
  if (range === null) return { in: 0, out: frames };
  const isWithin =
    Number.isSafeInteger(range.in) && Number.isSafeInteger(range.out) && range.in >= 0 && range.out <= frames;
  if (isWithin && range.in < range.out) return range;
  throw new PatchworkError(
    'PW_RANGE_OUTSIDE',
    `range [${range.in}, ${range.out}) is not within the timeline's [0, ${frames})`,
    {
      hint: 'Give a range of at least one frame that lies within the timeline.',
      details: { in: range.in, out: range.out, frames },
    },
  );
}

/** The root without its burn-ins, which are drawn over the black ground, not under it. */
function partedRoot(root: Stack): { readonly layers: Stack; readonly burnIns: readonly BurnInEffect['content'][] } {
  const burnIns: BurnInEffect['content'][] = [];
  const others = root.effects.filter((effect) => {
    const known = effect.enabled ? knownEffect(effect) : null;
    if (known?.type === 'burnIn') burnIns.push(known.content);
    return known?.type !== 'burnIn';
  });
  return { layers: { ...root, effects: others }, burnIns };
}
