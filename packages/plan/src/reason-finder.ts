import type { Digest } from '@patchwork/kernel';
import type { ClipUse, Program, Span } from '@patchwork/program';
import type { FrameRange } from '@patchwork/time';
import type { Chunk } from './chunk.ts';
import { counterparts, type Counterpart, type Novelty } from './counterpart.ts';
import type { PlanInput, PreviousDelivery } from './plan-input.ts';
import { pictureChanges, type PictureChange } from './picture-change.ts';
import type { Reason } from './plan.ts';
import { formatDifference, profileDifference, toolchainDifference } from './profile-difference.ts';
import { spanFinder } from './span-search.ts';

/**
 * Prepares to say why chunks are missing. Looks at pictures only where that can be the reason, and then at the first and
 * last frame of every stretch in which both programmes stay in one span.
 */
export function reasonFinder(input: PlanInput, missing: { has(key: Digest): boolean }): (chunk: Chunk) => Reason[] {
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
    // A label of the file renders nothing, so it is no reason.
    ...video
      .filter(({ domain }) => domain === 'video')
      .map((difference) => ({ code: 'profile', text: formatDifference(difference) })),
    ...toolchain.map((difference) => ({ code: 'toolchain', text: formatDifference(difference) })),
  ];
}

/** What happened to a stretch of a missing chunk's frames. */
interface Fate {
  /** `kept`: the same picture as before at this frame; `moved`: as before, at another frame; `fresh`: another picture. */
  readonly kind: 'kept' | 'moved' | 'fresh';
  readonly counterpart: Counterpart | Novelty;
  readonly range: { readonly in: number; readonly out: number };
}

/** Chunks of single frames share what was found for their neighbours, this many frames at a time. */
const sharedFrames = 48;

/** Finds out what happened to the pictures of missing chunks. */
export class PictureReasons {
  readonly #program: Program;
  readonly #previous: PreviousDelivery;
  readonly #shift: number;
  readonly #whyCut: string;
  readonly #find: (frame: number) => Counterpart | Novelty;
  readonly #spanAt: (frame: number) => Span;
  #shared: {
    readonly counterpart: Counterpart | Novelty;
    readonly until: number;
    readonly changes: readonly PictureChange[];
  } | null = null;

  constructor(program: Program, previous: PreviousDelivery) {
    this.#program = program;
    this.#previous = previous;
    this.#shift = previous.shift ?? 0;
    this.#whyCut = previous.whyCut ?? 'its GOP was cut differently';
    this.#find = counterparts(previous.program, program, this.#shift);
    this.#spanAt = spanFinder(program);
  }

  /** The reason of a chunk that was delivered and is gone. */
  lost(chunk: Chunk): Reason[] {
    const text = `${nameOf(this.#spanAt(chunk.in))}: reused span failed hash or is gone`;
    return [{ code: 'lost', text, range: rangeOf(chunk) }];
  }

  /** Why a chunk differs from what was delivered. */
  reasonsOf(chunk: FrameRange): Reason[] {
    return chunk.out - chunk.in === 1 ? this.#reasonsOfFrame(chunk.in) : this.reasonsOfFrames(chunk);
  }

  /** As {@link reasonsOfFrames}, without the lists: an intra codec asks for every frame of a reel. */
  #reasonsOfFrame(frame: number): Reason[] {
    const range = { in: frame, out: frame + 1 };
    const counterpart = this.#find(frame);
    const kind = this.#kindOf(frame, counterpart);
    if (kind === 'fresh')
      return this.#changesOf({ kind, counterpart, range }).map(({ code, text }) => ({ code, text, range }));
    return [{ code: 'grid', text: `${nameOf(counterpart.newSpan)}: unchanged, ${this.#whyCut}`, range }];
  }

  /** The reasons of a chunk of any length, stretch by stretch. */
  reasonsOfFrames(chunk: FrameRange): Reason[] {
    const fates = this.#fatesOf(chunk);
    const fresh = fates.filter(({ kind }) => kind === 'fresh');
    const changed = fresh.flatMap((fate) => this.#changesOf(fate).map((change) => ({ ...change, range: fate.range })));
    const why = fresh.length > 0 ? 'unchanged, shares a GOP with changed frames' : `unchanged, ${this.#whyCut}`;
    const shared = fates
      .filter(({ kind }) => kind !== 'fresh')
      .map(({ counterpart, range }) => {
        return { code: 'grid', text: `${nameOf(counterpart.newSpan)}: ${why}`, range };
      });
    const reasons = [...changed, ...shared];
    return reasons.length === 1 ? reasons : mergeReasons(reasons);
  }

  /** Stretches of a chunk with one fate and one counterpart. */
  #fatesOf(chunk: FrameRange): Fate[] {
    const fates: { kind: Fate['kind']; counterpart: Counterpart | Novelty; range: { in: number; out: number } }[] = [];
    for (let frame = chunk.in; frame < chunk.out; frame += 1) {
      const counterpart = this.#find(frame);
      const kind = this.#kindOf(frame, counterpart);
      const last = fates.at(-1);
      if (last !== undefined && last.kind === kind && last.counterpart === counterpart) last.range.out = frame + 1;
      else fates.push({ kind, counterpart, range: { in: frame, out: frame + 1 } });
    }
    return fates;
  }

  #kindOf(frame: number, counterpart: Counterpart | Novelty): Fate['kind'] {
    const { program } = this.#previous;
    const key = this.#program.frameKeyAt(frame);
    const old = frame + this.#shift;
    if (old >= 0 && old < program.frames && program.frameKeyAt(old) === key) return 'kept';
    if (counterpart.oldSpan === null || counterpart.offset === null) return 'fresh';
    return program.frameKeyAt(frame + counterpart.offset) === key ? 'moved' : 'fresh';
  }

  #changesOf({ counterpart, range }: Fate): readonly PictureChange[] {
    const name = nameOf(counterpart.newSpan);
    if (counterpart.oldSpan === null) return [{ code: 'new', text: `${name}: new` }];
    // The file is known but showed no frame like this one: a trim that opened, or a slip.
    if (counterpart.offset === null) return [{ code: 'source', text: `${name}: source frames not delivered before` }];
    if (this.#shared?.counterpart === counterpart && range.out <= this.#shared.until) return this.#shared.changes;
    const first = this.#changesAt(range.in, counterpart, counterpart.offset);
    const last = range.out - range.in > 1 ? this.#changesAt(range.out - 1, counterpart, counterpart.offset) : [];
    const seen = new Set(first.map(({ code }) => code));
    const changes = [...first, ...last.filter(({ code }) => !seen.has(code))];
    if (range.out - range.in === 1) this.#shared = { counterpart, until: range.in + sharedFrames, changes };
    return changes;
  }

  #changesAt(frame: number, { newSpan, oldSpan, isRetimed }: Counterpart, offset: number): PictureChange[] {
    const uses = [...newSpan.clips, ...oldSpan.clips];
    const useOf = (identity: string): ClipUse | undefined => uses.find((use) => use.identity === identity);
    const changes = pictureChanges(this.#previous.program.pictureAt(frame + offset), this.#program.pictureAt(frame), {
      clipOf: (source) => useOf(source.media)?.name ?? null,
      pathOf: (source) => useOf(source.media)?.media ?? source.media,
      isRetimed,
    });
    // The key holds more than the picture: an epoch, which a person set.
    return changes.length > 0 ? changes : [{ code: 'epoch', text: `${nameOf(newSpan)}: range was declared stale` }];
  }
}

function nameOf(span: Span): string {
  return span.clips.at(-1)?.name ?? 'gap';
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
