import type { FrameKey, Epoch, Program } from '@patchwork/program';
import type { LedgerEntry } from '@patchwork/store';
import type { FrameRange } from '@patchwork/time';
import type { RenderContext } from './context.ts';
import { compileEntry } from './snapshot.ts';

/**
 * The epochs of an entry, brought to another programme by content: a frame takes the epoch of the frames that showed the
 * same picture, wherever it has moved. `plain` is the new programme compiled without epochs.
 */
export function carriedEpochs(
  context: RenderContext,
  entry: LedgerEntry,
  plain: Program,
  range: FrameRange | null,
): readonly Epoch[] {
  const old = compileEntry(context, { ...entryFields(entry), epochs: [] }).program;
  const offset = entry.range?.in ?? 0;
  const numbers = new Map<FrameKey, number>();
  for (const epoch of entry.epochs) {
    const end = Math.min(old.frames, epoch.range.out - offset);
    for (let frame = Math.max(0, epoch.range.in - offset); frame < end; frame += 1) {
      const key = old.frameKeyAt(frame);
      numbers.set(key, Math.max(numbers.get(key) ?? 0, epoch.number));
    }
  }
  return runsOfNumbers(plain, numbers, range?.in ?? 0);
}

function runsOfNumbers(program: Program, numbers: ReadonlyMap<FrameKey, number>, offset: number): Epoch[] {
  const epochs: { range: { in: number; out: number }; number: number }[] = [];
  for (let frame = 0; frame < program.frames; frame += 1) {
    const number = numbers.get(program.frameKeyAt(frame));
    if (number === undefined) continue;
    const at = frame + offset;
    const last = epochs.at(-1);
    if (last !== undefined && last.number === number && last.range.out === at) last.range.out = at + 1;
    else epochs.push({ range: { in: at, out: at + 1 }, number });
  }
  return epochs;
}

/** Epochs for ranges that a person forces now: one number above all others, so that the frames' keys are new. */
export function forcedEpochs(ranges: readonly FrameRange[], existing: readonly Epoch[]): readonly Epoch[] {
  const number = existing.reduce((highest, epoch) => Math.max(highest, epoch.number), 0) + 1;
  return ranges.map((range) => ({ range, number }));
}

/** The fields of an entry that compiling needs; a spread would unpack its chunks. */
function entryFields(
  entry: LedgerEntry,
): Pick<LedgerEntry, 'profile' | 'timeline' | 'timelineName' | 'media' | 'range'> {
  const { profile, timeline, timelineName, media, range } = entry;
  return { profile, timeline, timelineName, media, range };
}
