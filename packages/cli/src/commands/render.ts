import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PatchworkError, type Json } from '@patchwork/kernel';
import { forecastRender, renderDeliverable, type Delivery, type Forecast, type RenderRequest } from '@patchwork/render';
import { lengthOf, normaliseRanges } from '@patchwork/time';
import { renderRequest, type RenderFlags } from '../flags.ts';
import { writePieceList } from '../piece-list.ts';
import type { CommandContext, CommandOutcome, RunAction, Shell } from '../shell.ts';
import { collect, withGradesFlag, withMediaFlags } from '../timeline-flags.ts';
import { writeMarkerList } from '../watch-markers.ts';
import { bytesText, counted, diagnosticLines, length, recordRange } from '../words.ts';
import { duration } from '../progress-line.ts';

/** Adds `render` and `plan`. */
export function addRender(program: Command, shell: Shell, run: RunAction): void {
  const shared = (command: Command): Command =>
    withGradesFlag(withMediaFlags(command))
      .option('--profile <name|file>', 'how to encode; default: as delivered before, else by the extension')
      .option('--range <in:out>', 'deliver a part; frames from the start, or timecodes; out is exclusive')
      .option('--force-range <in:out>', 'render this part again whatever its keys say (repeatable)', collect, [])
      .option('--full', 'render everything anew; overwrite a file that is not ours')
      .option(
        '--allow-mixed',
        'keep pictures of other encoder settings beside new ones; the file is never called clean',
      )
      .option('--on-unknown <policy>', 'refuse | trust: what to do with items that cannot be drawn', 'refuse')
      .option('--paranoid', 'hash every reused byte')
      .option('--fast', 'append to a clone of the deliverable instead of writing it anew')
      .option('--in-place', 'change the deliverable itself; patchwork undo takes it back')
      .option('--renderer <name>', 'ffmpeg | pieces: who makes the fresh pictures', 'ffmpeg')
      .option('--pieces <folder>', 'where plan writes the list for another program, and render takes its files from');
  shared(program.command('render'))
    .argument('<timeline>', 'an .otio, .otioz, .otiod, .fcpxml, .fcpxmld, .xml (FCP 7) or .edl')
    .requiredOption('-o, --output <deliverable>', 'the .mov or .mp4 to make or patch')
    .description('render a timeline, or patch the deliverable that stands there')
    .option('--deep', 'prove by decoding everything')
    .option('--dry-run', 'say what would be rendered, and stop')
    .option('--markers <file>', 'write the watch list as a marker EDL')
    .action(async (timeline: string, flags: RenderFlags) =>
      run(flags, (context) =>
        flags.dryRun === true
          ? plan(context, shell, timeline, flags.output ?? '', flags)
          : render(context, shell, timeline, flags),
      ),
    );
  shared(program.command('plan'))
    .argument('<timeline>')
    .argument('<deliverable>')
    .description('what would be rendered, how long it takes, and why')
    .action(async (timeline: string, deliverable: string, flags: RenderFlags) =>
      run(flags, (context) => plan(context, shell, timeline, deliverable, flags)),
    );
}

async function plan(
  context: CommandContext,
  shell: Shell,
  timeline: string,
  deliverable: string,
  flags: RenderFlags,
): Promise<CommandOutcome> {
  const request = await renderRequest(context, shell.folder, timeline, deliverable, flags);
  const forecast = await forecastRender(context, request);
  if (request.piecesFolder !== undefined) await writePieceList(context, request.piecesFolder, forecast);
  return {
    document: { ...forecastDocument(forecast), verified: null },
    text: forecastText(forecast),
    ...standingOf(forecast, request, flags),
  };
}

async function render(
  context: CommandContext,
  shell: Shell,
  timeline: string,
  flags: RenderFlags,
): Promise<CommandOutcome> {
  if (flags.output === undefined) throw new PatchworkError('PW_USAGE_OUTPUT', 'render needs -o DELIVERABLE');
  const request = await renderRequest(context, shell.folder, timeline, flags.output, flags);
  const startMs = shell.nowMs();
  const delivery = await renderDeliverable(context, request);
  if (flags.markers !== undefined)
    await writeMarkerList(context, resolve(shell.folder, flags.markers), delivery.forecast);
  return {
    document: {
      ...forecastDocument(delivery.forecast),
      frames: { ...delivery.frames },
      sound: delivery.sound,
      verified: delivery.verified,
      deliverable: delivery.deliverablePath,
      upToDate: delivery.upToDate,
      sha256: delivery.sha256,
      moovDigest: delivery.moovDigest,
      notes: delivery.notes,
    },
    text: deliveryText(delivery, request.proof, shell.nowMs() - startMs),
    ...standingOf(delivery.forecast, request, flags),
  };
}

/** What nothing but the files it looked at decides stands until one of them changes; another file that it writes does not. */
function standingOf(
  { isStanding }: Forecast,
  { deliverablePath, piecesFolder }: RenderRequest,
  { markers }: RenderFlags,
): Pick<CommandOutcome, 'standing'> {
  if (!isStanding || markers !== undefined || piecesFolder !== undefined) return {};
  return { standing: { deliverable: deliverablePath } };
}

/** The document of a plan; a render's has its outcome on top. */
function forecastDocument(forecast: Forecast): { readonly schema: string; readonly [key: string]: Json } {
  const { plan: planned } = forecast;
  return {
    schema: 'patchwork.render/1',
    frames: { total: planned.frames, rendered: planned.rendered, reused: planned.reused },
    render: normaliseRanges(planned.missing.map(({ range }) => range)).map(({ in: start, out }) => [
      start + forecast.place.offset,
      out + forecast.place.offset,
    ]),
    dirty: forecast.dirty.map(({ in: start, out }) => [start, out]),
    reasons: forecast.reasons.map(({ code, text, range }) => ({ code, text, range: [range.in, range.out] })),
    sound: planned.sound,
    watch: forecast.watch.map(({ in: start, out, about }) => ({
      range: [start, out],
      about: about.map((each) => [each.in, each.out]),
    })),
    estimate: { ...forecast.estimate },
    diagnostics: forecast.diagnostics.map((each) => ({ ...each })),
    ...(forecast.pieces === undefined
      ? {}
      : { pieces: forecast.pieces.map(({ name, range }) => ({ file: name, range: [range.in, range.out] })) }),
  };
}

function forecastText(forecast: Forecast): string {
  const { plan: planned, estimate } = forecast;
  const lines = [
    `${counted(planned.rendered, 'frame')} of ${planned.frames.toLocaleString('en-US')} to render, ${planned.reused.toLocaleString('en-US')} reused; sound: ${planned.sound}`,
    `about ${duration(estimate.seconds * 1000)}${estimate.measured ? '' : ' (a guess: no earlier run of these settings here)'}, ${bytesText(estimate.bytes)} to write`,
    ...reasonLines(forecast),
    ...(forecast.pieces ?? []).map(({ name, range }) => `  ${recordRange(forecast.place, range)}  ${name}`),
    ...oddLines(forecast),
  ];
  return lines.join('\n');
}

function provenBy(proof: RenderRequest['proof']): string {
  return proof === 'deep'
    ? 'decode of every frame, 60 random seeks'
    : 'decode of fresh chunks and their neighbours, seeks at every seam';
}

function deliveryText(delivery: Delivery, proof: RenderRequest['proof'], tookMs: number): string {
  const { forecast, frames } = delivery;
  if (delivery.upToDate)
    return [`${delivery.deliverablePath} is up to date: nothing rendered, nothing written`, ...oddLines(forecast)].join(
      '\n',
    );
  return [
    `${delivery.deliverablePath}`,
    `  rendered ${counted(frames.rendered, 'frame')}, reused ${frames.reused.toLocaleString('en-US')}, of ${frames.total.toLocaleString('en-US')}; sound: ${delivery.sound}; ${duration(tookMs)}`,
    ...reasonLines(forecast),
    `  proven: tables, ${provenBy(proof)}`,
    ...delivery.notes.map((note) => `  note: ${note}`),
    ...oddLines(forecast),
    ...watchLines(forecast),
  ].join('\n');
}

function reasonLines(forecast: Forecast): string[] {
  const shown = forecast.reasons.slice(0, 12);
  const rest = forecast.reasons.length - shown.length;
  const lines = shown.map(({ text, range }) => `  ${recordRange(forecast.place, range)}  ${text}`);
  return rest > 0 ? [...lines, `  … and ${rest} more (all of them with --json)`] : lines;
}

/** What a person must know; notes are for `--json`. */
function oddLines({ diagnostics }: Forecast): string[] {
  return diagnosticLines(diagnostics.filter(({ severity }) => severity !== 'note'));
}

/** The watch list: what an editor must see again before this goes out. */
function watchLines(forecast: Forecast): string[] {
  const { watch, place } = forecast;
  const total = watch.reduce((sum, range) => sum + lengthOf(range), 0);
  if (total === 0) return ['  nothing to watch again'];
  const shown = watch
    .slice(0, 20)
    .map((range) => `    ${recordRange(place, range)}  (${length(place, lengthOf(range))})`);
  const rest = watch.length - shown.length;
  return [
    `  watch ${length(place, total)} of ${length(place, forecast.plan.frames)}, 10 s before and after each change:`,
    ...shown,
    ...(rest > 0 ? [`    … and ${rest} more (all of them with --json or --markers)`] : []),
  ];
}
