import type { FrameKey, Epoch, Program } from '@patchwork/program';
import type { LedgerEntry } from '@patchwork/store';
import type { FrameRange } from '@patchwork/time';
import type { RenderContext } from '../run/context.ts';
import { compileEntry } from './snapshot.ts';

/**
 * The epochs of a deliverable's history, brought to another programme by content: a frame takes the highest epoch under
 * which its picture was ever forced, wherever it has moved and however long it was gone. `line` is the newest entry and
 * its ancestors; `plain` is the new programme compiled without epochs. Compiles one programme for each forced run.
 */
export function carriedEpochs(
  context: Pick<RenderContext, 'sha256'>,
  line: readonly LedgerEntry[],
  plain: Program,
  range: FrameRange | null,
): readonly Epoch[] {
  const numbers = new Map<FrameKey, number>();
  line.forEach((entry, index) => {
    const inherited = new Set(line[index + 1]?.epochs.map(({ number }) => number));
    const own = entry.epochs.filter(({ number }) => !inherited.has(number));
    if (own.length === 0) return;
    const { program } = compileEntry(context, { ...entryFields(entry), epochs: [] });
    collect(numbers, program, own, entry.range?.in ?? 0);
  });
  return numbers.size === 0 ? [] : runsOfNumbers(plain, numbers, range?.in ?? 0);
}

function collect(numbers: Map<FrameKey, number>, old: Program, epochs: readonly Epoch[], offset: number): void {
  for (const { range, number } of epochs) {
    const end = Math.min(old.frames, range.out - offset);
    for (let frame = Math.max(0, range.in - offset); frame < end; frame += 1) {
      const key = old.frameKeyAt(frame);
      numbers.set(key, Math.max(numbers.get(key) ?? 0, number));
    }
  }
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

/** Epochs for ranges that a person forces now: one number above all that ever were, so that the frames' keys are new. */
export function forcedEpochs(ranges: readonly FrameRange[], line: readonly LedgerEntry[]): readonly Epoch[] {
  const number = 1 + Math.max(0, ...line.flatMap(({ epochs }) => epochs.map((epoch) => epoch.number)));
  return ranges.map((range) => ({ range, number }));
}

/** The fields of an entry that compiling needs; a spread would unpack its chunks. */
function entryFields(
  entry: LedgerEntry,
): Pick<LedgerEntry, 'profile' | 'timeline' | 'timelineName' | 'media' | 'range'> {
  const { profile, timeline, timelineName, media, range } = entry;
  return { profile, timeline, timelineName, media, range };
}
