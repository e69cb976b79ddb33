import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PatchworkError } from '@patchwork/kernel';
import {
  adoptDeliverable,
  beforeText,
  compactDeliverable,
  patchDeliverable,
  undoPatch,
  type PatchedFilm,
  type PublicationMode,
} from '@patchwork/render';
import type { Adopted, Place } from '@patchwork/render';
import { followedPath } from '../followed-path.ts';
import { publicationMode } from '../flags.ts';
import { collect, edlRateFrom, mapRules, withGradesFlag } from '../timeline-flags.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { bytesText, counted, diagnosticLines, encoderName, recordRange } from '../words.ts';

/** Flags of `patch`, as commander hands them over. */
interface PatchFlags extends CommonFlags {
  readonly range: string;
  readonly with: string;
  readonly fast?: boolean;
  readonly inPlace?: boolean;
  readonly paranoid?: boolean;
}

/** Flags of `adopt`, as commander hands them over. */
interface AdoptFlags extends CommonFlags {
  readonly timeline: string;
  readonly name?: string;
  readonly edlRate?: string;
  readonly mediaMap?: readonly string[];
  readonly search?: readonly string[];
  readonly grades?: string;
}

/** Adds the commands for finished files: `adopt`, `patch`, `undo`, `compact`. */
export function addSplice(program: Command, shell: Shell, run: RunAction): void {
  withGradesFlag(program.command('adopt'))
    .argument('<deliverable>', 'a finished .mov or .mp4 of any origin')
    .requiredOption('--timeline <file>', 'the timeline that it was made from')
    .option('--name <name>', 'which timeline of the file')
    .option('--edl-rate <rate>', 'frames a second of an EDL, which does not say: 24, 23.976, 30000/1001')
    .option('--media-map <old=new>', 'media paths that begin with OLD are at NEW (repeatable)', collect, [])
    .option('--search <folder>', 'look for missing media here, by name (repeatable)', collect, [])
    .description('bind a film that another program made to its timeline, so that edits can be patched in')
    .action(async (deliverable: string, flags: AdoptFlags) =>
      run(flags, (context) => adopt(context, shell, deliverable, flags)),
    );
  program
    .command('patch')
    .argument('<deliverable>', 'a finished .mov or .mp4 of any origin')
    .requiredOption(
      '--range <in:out>',
      "frames from the film's start, or timecodes as its timecode track counts; out is exclusive",
    )
    .requiredOption('--with <piece>', 'a media file of exactly these frames')
    .option('--fast', 'clone the file and append to the clone')
    .option('--in-place', 'change the file itself; patchwork undo takes it back')
    .option('--paranoid', 'hash every packet of a film that is as we left it')
    .description('put a piece into a finished film, with no timeline')
    .action(async (deliverable: string, flags: PatchFlags) =>
      run(flags, (context) => patch(context, shell, deliverable, flags)),
    );
  program
    .command('undo')
    .argument('<deliverable>')
    .description('take the last patch back that was made with --fast or --in-place')
    .action(async (path: string, flags: CommonFlags) =>
      run(flags, (context) => undo(context, followedPath(shell.folder, path))),
    );
  program
    .command('compact')
    .argument('<deliverable>')
    .description('write the file anew without replaced pictures')
    .action(async (path: string, flags: CommonFlags) =>
      run(flags, (context) => compact(context, followedPath(shell.folder, path))),
    );
}

async function adopt(
  context: CommandContext,
  shell: Shell,
  deliverable: string,
  flags: AdoptFlags,
): Promise<CommandOutcome> {
  const done = await adoptDeliverable(context, {
    deliverablePath: followedPath(shell.folder, deliverable),
    timelinePath: resolve(shell.folder, flags.timeline),
    timelineName: flags.name ?? null,
    edlRate: edlRateFrom(flags.edlRate),
    mediaMap: mapRules(flags.mediaMap),
    searchFolders: (flags.search ?? []).map((each) => resolve(shell.folder, each)),
    grades: flags.grades === undefined ? null : resolve(shell.folder, flags.grades),
  });
  const { frames, chunks, longestChunk, encoder, cuts } = done;
  return {
    document: {
      schema: 'patchwork.adopt/1',
      deliverable: done.deliverablePath,
      frames,
      chunks,
      longestChunk,
      encoder,
      cuts: { checked: cuts.cuts - cuts.unseen, unseen: cuts.unseen, transitions: cuts.transitions },
      diagnostics: done.diagnostics.map((each) => ({ ...each })),
    },
    text: [
      `${done.deliverablePath} is bound to ${flags.timeline}`,
      `  ${counted(frames, 'frame')} in ${counted(chunks, 'piece')}, the longest of ${counted(longestChunk, 'frame')}`,
      `  ${seenCuts(cuts)} seen in the film${cuts.unseen === 0 ? '' : `, ${cuts.unseen} between pictures too alike to tell`}`,
      ...(chunks === 1 && frames > 1
        ? [
            '  decoding begins at its first frame alone (open GOPs without IDR): an edit keeps what lies before its first change',
          ]
        : []),
      ...(encoder === null ? [] : [`  made by ${encoderName(encoder)}`]),
      flags.grades === undefined
        ? '  what another program drew is unknown here: show its project with --grades, or patch with --on-unknown trust'
        : `  its grades, Fusion compositions and effects are those of ${flags.grades}`,
      ...diagnosticLines(done.diagnostics.filter(({ severity }) => severity !== 'note')),
    ].join('\n'),
  };
}

/** `3 cuts`, `1 cut and 2 transitions`: those that were seen, or all where some were not told apart. */
function seenCuts({ cuts, transitions, unseen }: Adopted['cuts']): string {
  if (transitions === 0) return counted(cuts - unseen, 'cut');
  if (unseen > 0) return `${cuts - unseen} of ${cuts} cuts and transitions`;
  return [[cuts - transitions, 'cut'] as const, [transitions, 'transition'] as const]
    .flatMap(([count, noun]) => (count === 0 ? [] : [counted(count, noun)]))
    .join(' and ');
}

async function patch(
  context: CommandContext,
  shell: Shell,
  deliverable: string,
  flags: PatchFlags,
): Promise<CommandOutcome> {
  const mode = publicationMode(flags);
  const done = await patchDeliverable(context, {
    deliverablePath: followedPath(shell.folder, deliverable),
    range: flags.range,
    piecePath: resolve(shell.folder, flags.with),
    mode,
    paranoid: flags.paranoid ?? false,
  });
  const { range, widened, how, frames, moovDigest, sizeBytes, before } = done;
  return {
    document: {
      schema: 'patchwork.patch/1',
      deliverable: done.deliverablePath,
      range: [range.in, range.out],
      widened: [widened.in, widened.out],
      how,
      mode,
      frames: { ...frames },
      verified: true,
      moovDigest,
      sizeBytes,
      before: { ...before },
    },
    text: patchText(done, mode),
  };
}

function patchText(done: PatchedFilm, mode: PublicationMode): string {
  const { range, widened, how, frames } = done;
  const around = range.in - widened.in + (widened.out - range.out);
  const kept = beforeText(done.before, done.deliverablePath);
  return [
    done.deliverablePath,
    `  ${rangeText(done, range)} replaced, ${how === 'copied' ? 'packets copied' : 'encoded'}; ${frames.reused.toLocaleString('en-US')} of ${counted(frames.total, 'frame')} kept`,
    ...(around === 0
      ? []
      : [
          `  widened to ${rangeText(done, widened)}: ${counted(around, 'frame')} of the film around the piece decoded and encoded anew`,
        ]),
    '  proven: all other packets and tables, decode of the patch and its neighbours, seeks at both seams',
    ...(kept === null ? [] : [`  ${kept}`]),
    ...(mode === 'whole' ? [] : ['  patchwork undo takes it back; patchwork compact frees what was replaced']),
  ].join('\n');
}

function rangeText({ film }: PatchedFilm, range: { readonly in: number; readonly out: number }): string {
  const plain = `frames ${range.in}–${range.out - 1}`;
  if (film.rate === null) return plain;
  const place: Place = {
    rate: film.rate,
    offset: 0,
    start: { frame: film.facts.startFrame, dropFrame: film.facts.dropFrame },
  };
  try {
    return `${recordRange(place, range)} (${plain})`;
  } catch (error) {
    // At a rate that has no timecode.
    if (error instanceof PatchworkError) return plain;
    throw error;
  }
}

async function undo(context: CommandContext, path: string): Promise<CommandOutcome> {
  const done = await undoPatch(context, path);
  const name = done.entry?.id.slice(0, 12) ?? 'no version of its history';
  return {
    document: {
      schema: 'patchwork.undo/1',
      deliverable: path,
      entry: done.entry?.id ?? null,
      moovDigest: done.moovDigest,
      sizeBytes: done.sizeBytes,
      freedBytes: done.freedBytes,
    },
    text: `${path} is again what it was at ${name}; ${bytesText(done.freedBytes)} cut off`,
  };
}

async function compact(context: CommandContext, path: string): Promise<CommandOutcome> {
  const done = await compactDeliverable(context, path);
  const { beforeBytes, afterBytes, undoBytes, moovDigest, sha256 } = done;
  const freed = beforeBytes - afterBytes + undoBytes;
  return {
    document: {
      schema: 'patchwork.compact/1',
      deliverable: path,
      beforeBytes,
      afterBytes,
      undoBytes,
      moovDigest,
      sha256,
    },
    text:
      freed === 0
        ? `${path} holds nothing that it does not need`
        : `${path}: ${bytesText(freed)} freed${undoBytes === 0 ? '' : ` (${bytesText(undoBytes)} of its undo journal)`}, ${bytesText(afterBytes)} left`,
  };
}
