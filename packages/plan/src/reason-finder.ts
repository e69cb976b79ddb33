import type { Digest } from '@patchwork/kernel';
import type { ClipUse, Program } from '@patchwork/program';
import type { FrameRange } from '@patchwork/time';
import type { Chunk } from './chunk.ts';
import { counterparts, type Counterpart } from './counterpart.ts';
import type { PlanInput, PreviousDelivery } from './make-plan.ts';
import { pictureChanges, type PictureChange } from './picture-change.ts';
import type { Reason } from './plan.ts';
import { formatDifference, profileDifference, toolchainDifference } from './profile-difference.ts';
import { spanAt } from './span-search.ts';

/**
 * Prepares to say why chunks are missing. Looks at pictures only where that can be the reason, and then at the first and
 * last frame of every stretch in which both programmes stay in one span.
 */
export function reasonFinder(input: PlanInput, missing: ReadonlySet<Digest>): (chunk: Chunk) => Reason[] {
  const { previous } = input;
  if (previous === null) return (chunk) => [{ code: 'new', text: 'first render', range: rangeOf(chunk) }];
  const settings = settingReasons(input, previous);
  if (settings.length > 0) return (chunk) => settings.map((change) => ({ ...change, range: rangeOf(chunk) }));
  const delivered = new Set<Digest>();
  for (const { key } of previous.chunks) if (missing.has(key)) delivered.add(key);
  const finder = new PictureReasons(input.program, previous);
  return (chunk) => (delivered.has(chunk.key) ? finder.lost(chunk) : finder.reasonsOf(chunk));
}

function rangeOf(chunk: FrameRange): FrameRange {
  return { in: chunk.in, out: chunk.out };
}

function settingReasons(input: PlanInput, previous: PreviousDelivery): PictureChange[] {
  const profile = { name: '', sound: { codec: 'none', sampleRate: 1, layout: 'stereo', bitrate: null } } as const;
  const container = { format: 'mov', startTimecode: null } as const;
  const video = profileDifference(
    { ...profile, container, video: previous.video },
    { ...profile, container, video: input.video },
  );
  const toolchain = toolchainDifference(previous.toolchain, input.toolchain);
  return [
    ...video.map((difference) => ({ code: 'profile', text: formatDifference(difference) })),
    ...toolchain.map((difference) => ({ code: 'toolchain', text: formatDifference(difference) })),
  ];
}

/** What happened to one frame of a missing chunk. */
interface FrameFate {
  /** `kept`: the same picture as before at this frame; `moved`: as before, at another frame; `fresh`: another picture. */
  readonly kind: 'kept' | 'moved' | 'fresh';
  readonly counterpart: Counterpart | null;
}

class PictureReasons {
  readonly #program: Program;
  readonly #previous: PreviousDelivery;
  readonly #shift: number;
  readonly #find: (frame: number) => Counterpart | null;

  constructor(program: Program, previous: PreviousDelivery) {
    this.#program = program;
    this.#previous = previous;
    this.#shift = previous.shift ?? 0;
    this.#find = counterparts(previous.program, program, this.#shift);
  }

  lost(chunk: Chunk): Reason[] {
    const text = `${this.#nameAt(chunk.in)}: reused span failed hash or is gone`;
    return [{ code: 'lost', text, range: rangeOf(chunk) }];
  }

  reasonsOf(chunk: Chunk): Reason[] {
    const reasons: Reason[] = [];
    let hasFresh = false;
    const runs = this.#runsOf(chunk);
    for (const { fate, range } of runs) {
      if (fate.kind !== 'fresh') continue;
      hasFresh = true;
      for (const change of this.#changesOf(range, fate)) reasons.push({ ...change, range });
    }
    for (const { fate, range } of runs) {
      if (fate.kind === 'fresh') continue;
      const why = hasFresh ? 'unchanged, shares a GOP with changed frames' : 'unchanged, its GOP was cut differently';
      reasons.push({ code: 'grid', text: `${this.#nameAt(range.in)}: ${why}`, range });
    }
    return mergeReasons(reasons);
  }

  /** Stretches of a chunk with one fate, in one span of either programme. */
  #runsOf(chunk: FrameRange): { fate: FrameFate; range: FrameRange }[] {
    const runs: { fate: FrameFate; span: FrameRange; range: { in: number; out: number } }[] = [];
    for (let frame = chunk.in; frame < chunk.out; frame += 1) {
      const fate = this.#fateOf(frame);
      const span = spanAt(this.#program, frame);
      const last = runs.at(-1);
      const runsOn =
        last?.fate.kind === fate.kind && last.span === span && last.fate.counterpart?.span === fate.counterpart?.span;
      if (runsOn) last.range.out = frame + 1;
      else runs.push({ fate, span, range: { in: frame, out: frame + 1 } });
    }
    return runs;
  }

  #fateOf(frame: number): FrameFate {
    const key = this.#program.frameKeyAt(frame);
    const old = frame + this.#shift;
    const { program } = this.#previous;
    if (old >= 0 && old < program.frames && program.frameKeyAt(old) === key) return { kind: 'kept', counterpart: null };
    const counterpart = this.#find(frame);
    const isMoved = counterpart !== null && counterpart.frame !== null && program.frameKeyAt(counterpart.frame) === key;
    return isMoved ? { kind: 'moved', counterpart: null } : { kind: 'fresh', counterpart };
  }

  #changesOf(range: FrameRange, fate: FrameFate): PictureChange[] {
    const name = this.#nameAt(range.in);
    if (fate.counterpart === null) return [{ code: 'new', text: `${name}: new` }];
    const first = this.#changesAt(range.in, fate.counterpart);
    const lastCounterpart = this.#find(range.out - 1);
    const last = lastCounterpart === null ? [] : this.#changesAt(range.out - 1, lastCounterpart);
    const seen = new Set(first.map(({ code }) => code));
    return [...first, ...last.filter(({ code }) => !seen.has(code))];
  }

  #changesAt(frame: number, counterpart: Counterpart): PictureChange[] {
    const name = this.#nameAt(frame);
    // The source is known but showed no frame like this one: a trim that opened, or a slip.
    if (counterpart.frame === null) return [{ code: 'source', text: `${name}: source frames not delivered before` }];
    const uses = [...spanAt(this.#program, frame).clips, ...counterpart.span.clips];
    const useOf = (identity: string): ClipUse | undefined => uses.find((use) => use.identity === identity);
    const changes = pictureChanges(
      this.#previous.program.pictureAt(counterpart.frame),
      this.#program.pictureAt(frame),
      {
        clipOf: (source) => useOf(source.media)?.name ?? null,
        pathOf: (source) => useOf(source.media)?.media ?? source.media,
        isRetimed: counterpart.isRetimed,
      },
    );
    // The key holds more than the picture: an epoch, which a person set.
    return changes.length > 0 ? changes : [{ code: 'epoch', text: `${name}: range was declared stale` }];
  }

  #nameAt(frame: number): string {
    return spanAt(this.#program, frame).clips.at(-1)?.name ?? 'gap';
  }
}

/**
 * Joins reasons of one code and text whose ranges touch or overlap, in order of first appearance. Over a whole plan:
 * `mergeReasons(plan.missing.flatMap(({ reasons }) => reasons))`.
 */
export function mergeReasons(reasons: readonly Reason[]): Reason[] {
  const merged: { code: string; text: string; range: { in: number; out: number } }[] = [];
  const open = new Map<string, (typeof merged)[number]>();
  for (const { code, text, range } of reasons) {
    const id = `${code}\n${text}`;
    const last = open.get(id);
    if (last !== undefined && range.in <= last.range.out && range.out >= last.range.in) {
      last.range.in = Math.min(last.range.in, range.in);
      last.range.out = Math.max(last.range.out, range.out);
      continue;
    }
    const reason = { code, text, range: { in: range.in, out: range.out } };
    open.set(id, reason);
    merged.push(reason);
  }
  return merged;
}
