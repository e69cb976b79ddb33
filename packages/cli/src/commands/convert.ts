import { basename } from 'node:path';
import type { Command } from 'commander';
import { PatchworkError, type Diagnostic, type Json } from '@patchwork/kernel';
import { writeAtomically } from '@patchwork/files';
import {
  conversionJson,
  conversionLines,
  conversionTable,
  readTimelineFile,
  timelineRate,
  type ConversionRow,
  type MediaPolicy,
  type WrittenText,
} from '@patchwork/formats';
import { openTimeline, relinked, withIdleMedia, writeBundle } from '@patchwork/render';
import type { Timeline } from '@patchwork/timeline';
import { checkPlace } from '../edited-file.ts';
import { followedPath } from '../followed-path.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { timelineRequest, withMediaFlags, type MediaFlags } from '../timeline-flags.ts';
import { diagnosticLines, placesText } from '../words.ts';
import { documentText } from '../document-text.ts';

interface ConvertFlags extends CommonFlags, MediaFlags {
  readonly mediaPolicy?: string;
}

/** Adds `convert`. */
export function addConvert(program: Command, shell: Shell, run: RunAction): void {
  withMediaFlags(program.command('convert'))
    .argument('<in>')
    .argument('<out>', 'an .otio, .otioz, .otiod, .fcpxml, .xml (FCP 7) or .edl')
    .option(
      '--media-policy <policy>',
      'media of a bundle: error-if-not-file | missing-if-not-file | all-missing',
      'error-if-not-file',
    )
    .description('write a timeline in another format, and say what was kept, approximated and dropped')
    .action(async (from: string, to: string, flags: ConvertFlags) =>
      run(flags, (context) => convert(context, shell, from, to, flags)),
    );
}

async function convert(
  context: CommandContext,
  shell: Shell,
  from: string,
  to: string,
  flags: ConvertFlags,
): Promise<CommandOutcome> {
  const policy = policyFrom(flags.mediaPolicy);
  const path = followedPath(shell.folder, to);
  const request = { ...timelineRequest(shell.folder, from, flags), path: followedPath(shell.folder, from) };
  const opened = await openTimeline(context, request);
  const { timeline } = opened.loaded;
  checkPlace(opened.loaded, path, opened.source);
  // Without a flag about media a conversion says nothing about files: it may run where there are none.
  const asksForMedia = request.mediaMap.length > 0 || request.searchFolders.length > 0;
  const remarks = [...opened.loaded.diagnostics, ...(asksForMedia ? opened.linked.diagnostics : [])];
  const isBundle = /\.otio[dz]$/i.test(path);
  // What nothing plays goes along: an alternative reference is as good in the new file as it was in the old one.
  const whole = await withIdleMedia(context, request, opened);
  const written = isBundle
    ? await writeBundle(context, { timeline, paths: whole.linked.paths, policy, path })
    : documentText(opened.loaded, relinked(whole, request, path), path, false);
  if (!isBundle) await writeAtomically(context.files, path, written.text);
  return outcome(
    path,
    conversionTable(timeline, readBack(path, written.text, timeline), written.notSaid),
    remarks,
    written,
  );
}

/** What a reader finds in the written text; null where it finds nothing. */
function readBack(path: string, text: string, timeline: Timeline): Timeline | null {
  const file = { name: basename(path), bytes: new TextEncoder().encode(text) };
  return readTimelineFile(file, { edlRate: timelineRate(timeline) }).timelines[0] ?? null;
}

function outcome(
  path: string,
  table: readonly ConversionRow[],
  remarks: readonly Diagnostic[],
  written: WrittenText,
): CommandOutcome {
  return {
    document: {
      schema: 'patchwork.convert/1',
      path,
      table: conversionJson(table),
      diagnostics: remarks.map((each): Json => ({ ...each })),
      notSaid: written.notSaid.map((each): Json => ({ ...each })),
    },
    text: [
      path,
      ...conversionLines(table),
      ...verdictLines(written.notSaid),
      ...(remarks.length === 0 ? [] : ['read with remarks', ...diagnosticLines(remarks)]),
    ].join('\n'),
  };
}

const verdicts = [
  ['error', 'dropped'],
  ['warning', 'approximated'],
  ['note', 'left out, shows nothing'],
] as const;

/** What could not be said, the gravest first; places of one remark stand together. */
function verdictLines(notSaid: readonly Diagnostic[]): string[] {
  return verdicts.flatMap(([severity, verdict]) => {
    const places = new Map<string, string[]>();
    for (const { message, where } of notSaid.filter((each) => each.severity === severity)) {
      const known = places.get(message) ?? [];
      places.set(message, where === null ? known : [...known, where]);
    }
    const lines = [...places].map(([message, all]) => `    ${message}${placesText(all)}`);
    return lines.length === 0 ? [] : [`  ${verdict}`, ...lines];
  });
}

/** @throws PW_USAGE_POLICY */
function policyFrom(text: string | undefined): MediaPolicy {
  if (text === undefined || text === 'error-if-not-file') return 'error-if-not-file';
  if (text === 'missing-if-not-file' || text === 'all-missing') return text;
  throw new PatchworkError('PW_USAGE_POLICY', `--media-policy ${text} is no policy`, {
    hint: 'Use error-if-not-file, missing-if-not-file or all-missing.',
  });
}
