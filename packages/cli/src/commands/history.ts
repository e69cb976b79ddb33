import type { Command } from 'commander';
import { PatchworkError, type Json } from '@patchwork/kernel';
import {
  blame,
  deadBytesOf,
  explainDelivered,
  frameOfChunk,
  hasTimeline,
  mixedNote,
  parsePosition,
  parseRevision,
  readHistory,
  readRevision,
  restoreRevision,
  compileEntry,
  verifyDeliverable,
  type History,
  type Place,
  type Revision,
  type TimelineFacts,
} from '@patchwork/render';
import { byteLength, historyOf, type LedgerEntry } from '@patchwork/store';
import type { FrameRange } from '@patchwork/time';
import { followedPath } from '../followed-path.ts';
import type { CommandContext, CommandOutcome, CommonFlags, RunAction, Shell } from '../shell.ts';
import { bytesText, clockText, counted, recordRange, recordTimecode } from '../words.ts';

/** Adds the commands that look at a deliverable and its past: `log`, `show`, `blame`, `restore`, `explain`, `verify`. */
export function addHistory(program: Command, shell: Shell, run: RunAction): void {
  const revisionFrom = (text: string): Revision => {
    const revision = parseRevision(text);
    return { ...revision, path: followedPath(shell.folder, revision.path) };
  };
  program
    .command('log')
    .argument('<deliverable>')
    .description('the history of a deliverable, newest first')
    .action(async (path: string, flags: CommonFlags) =>
      run(flags, (context) => log(context, followedPath(shell.folder, path))),
    );
  program
    .command('show')
    .argument('<deliverable[@{n}]>')
    .description('one entry of the history, whole')
    .action(async (text: string, flags: CommonFlags) => run(flags, (context) => show(context, revisionFrom(text))));
  program
    .command('blame')
    .argument('<deliverable[@{n}]>')
    .argument('[position]', "a frame from the timeline's start, or a timecode; default: all")
    .description('which render made these frames')
    .action(async (text: string, position: string | undefined, flags: CommonFlags) =>
      run(flags, (context) => blameCommand(context, revisionFrom(text), position)),
    );
  program
    .command('explain')
    .argument('<deliverable[@{n}]>')
    .argument(
      '<position>',
      "a frame from the timeline's start, a timecode, or the first 8 letters or more of a chunk's key",
    )
    .description('which inputs made this frame, and why it was rendered or reused')
    .action(async (text: string, position: string, flags: CommonFlags) =>
      run(flags, (context) => explain(context, revisionFrom(text), position)),
    );
  program
    .command('restore')
    .argument('<deliverable@{n}>')
    .option('-o, --output <file>', 'write the older version here; default: in place of the deliverable')
    .description('bring an older version back')
    .action(async (text: string, flags: CommonFlags & { readonly output?: string }) =>
      run(flags, (context) =>
        restore(
          context,
          revisionFrom(text),
          flags.output === undefined ? null : followedPath(shell.folder, flags.output),
        ),
      ),
    );
  program
    .command('verify')
    .argument('<deliverable>')
    .option('--deep', 'decode everything, and 60 random seeks')
    .description('check hashes, container, splices and decoding')
    .action(async (path: string, flags: CommonFlags & { readonly deep?: boolean }) =>
      run(flags, (context) => verify(context, followedPath(shell.folder, path), flags.deep === true)),
    );
}

async function log(context: CommandContext, path: string): Promise<CommandOutcome> {
  const history = await readHistory(context, path);
  const dead = history.current === null ? null : await deadBytesOf(context, path);
  return {
    document: {
      schema: 'patchwork.log/1',
      deliverable: path,
      current: history.current?.id ?? null,
      deadBytes: dead,
      entries: history.line.map((entry, index) => ({ revision: index, ...entrySummary(entry) })),
    },
    text: [...strangerLines(history), ...entryLines(history.line), ...deadLines(dead ?? 0)].join('\n'),
  };
}

function strangerLines(history: History): string[] {
  return history.current === null
    ? [`${history.path} is missing or was edited elsewhere; this is what its ledger knows:`]
    : [];
}

/** A line an entry, numbers below numbers. */
function entryLines(entries: readonly LedgerEntry[]): string[] {
  const padded = (texts: readonly string[], isNumber: boolean): readonly string[] => {
    const widest = Math.max(0, ...texts.map((text) => text.length));
    return texts.map((text) => (isNumber ? text.padStart(widest) : text.padEnd(widest)));
  };
  const column = (textOf: (entry: LedgerEntry) => string, isNumber: boolean): readonly string[] =>
    padded(entries.map(textOf), isNumber);
  const revisions = padded(
    entries.map((_, index) => `@{${index}}`),
    false,
  );
  const rendered = column(({ counts }) => counts.rendered.toLocaleString('en-US'), true);
  const reused = column(({ counts }) => counts.reused.toLocaleString('en-US'), true);
  const profiles = column(({ profile, mixed }) => `${profile.name}${mixed === undefined ? '' : ' (mixed)'}`, false);
  return entries.map(
    ({ id, timeMs, timeline }, at) =>
      `${revisions[at]}  ${id.slice(0, 12)}  ${clockText(timeMs)}  rendered ${rendered[at]}, reused ${reused[at]}  ${profiles[at]}  ${timeline.name}`,
  );
}

function entrySummary(entry: LedgerEntry): { readonly [key: string]: Json } {
  return {
    id: entry.id,
    parent: entry.parent,
    timeMs: entry.timeMs,
    moovDigest: entry.moovDigest,
    fileSize: entry.fileSize,
    fileSha256: entry.fileSha256,
    timeline: entry.timeline.name,
    renderer: entry.renderer,
    profile: entry.profile.name,
    mixed: entry.mixed !== undefined,
    rendered: entry.counts.rendered,
    reused: entry.counts.reused,
  };
}

async function show(context: CommandContext, revision: Revision): Promise<CommandOutcome> {
  const { entry } = await readRevision(context, revision);
  const sizes = entry.chunks.map(byteLength);
  const document = {
    schema: 'patchwork.show/1',
    ...entrySummary(entry),
    profile: entry.profile as unknown as Json,
    toolchain: entry.toolchain as unknown as Json,
    settings: (entry.mixed?.settings ?? []) as unknown as Json,
    range: entry.range === null ? null : [entry.range.in, entry.range.out],
    media: entry.media.map(({ path, identity }) => ({ path, identity })),
    epochs: entry.epochs as unknown as Json,
    chunks: entry.chunks.map((chunk, index) => ({
      key: chunk.key,
      frames: chunk.order.length,
      offset: chunk.offset,
      size: sizes[index] ?? 0,
      ...(entry.mixed === undefined ? {} : { settings: entry.mixed.of[index] ?? 0 }),
    })),
    sound:
      entry.sound === null ? null : { key: entry.sound.key, digest: entry.sound.digest, samples: entry.sound.samples },
  };
  const { video, sound, container } = entry.profile;
  const note = mixedNote(entry);
  const text = [
    `entry     ${entry.id}`,
    `parent    ${entry.parent ?? 'none: a full render'}`,
    `written   ${clockText(entry.timeMs)}`,
    `timeline  ${entry.timeline.name}`,
    `profile   ${entry.profile.name}: ${video.codec} ${video.width}×${video.height} ${video.pixelFormat}, ${sound.codec}, ${container.format}`,
    `frames    rendered ${entry.counts.rendered}, reused ${entry.counts.reused}, in ${counted(entry.chunks.length, 'chunk')}`,
    ...(note === null ? [] : [`settings  ${note}`]),
    `file      ${bytesText(entry.fileSize)}, sha256 ${entry.fileSha256 ?? 'not taken'}`,
    `media     ${counted(entry.media.length, 'file')}`,
    ...entry.media.map(({ path, identity }) => `          ${identity.slice(0, 12)}  ${path}`),
  ].join('\n');
  return { document, text };
}

async function blameCommand(
  context: CommandContext,
  revision: Revision,
  position: string | undefined,
): Promise<CommandOutcome> {
  const { history, entry } = await readRevision(context, revision);
  const held = hasTimeline(entry) ? framesOfTimeline(context, entry) : framesOfFilm(context, history, entry);
  const { place } = held;
  const stretches = (await blame(context, revision)).map((each) => ({
    entry: each.entry,
    range: { in: each.range.in + place.offset, out: each.range.out + place.offset },
  }));
  const frame = position === undefined ? null : frameAt(held, position);
  const shown = frame === null ? stretches : stretches.filter(({ range }) => frame >= range.in && frame < range.out);
  return {
    document: {
      schema: 'patchwork.blame/1',
      stretches: shown.map((each) => ({ range: [each.range.in, each.range.out], entry: entrySummary(each.entry) })),
    },
    text: shown
      .map(
        (each) =>
          `${framesIn(place, each.range)}  ${each.entry.id.slice(0, 12)}  ${clockText(each.entry.timeMs)}  ${each.entry.timeline.name}`,
      )
      .join('\n'),
  };
}

async function explain(context: CommandContext, revision: Revision, position: string): Promise<CommandOutcome> {
  const { history, entry } = await readRevision(context, revision);
  const held = framesOfTimeline(context, entry);
  const frame = chunkFrame(entry, position) ?? frameAt(held, position);
  const explained = explainDelivered(context, history, entry, frame);
  const { place } = held;
  return {
    document: { schema: 'patchwork.explain/1', ...explained.document },
    text: [`frame ${frame}, ${recordTimecode(place, frame)}`, ...explained.lines].join('\n'),
  };
}

/** The first frame of a chunk that is named by its key: no frame number and no timecode looks like one. @throws PW_POSITION_CHUNK */
function chunkFrame(entry: LedgerEntry, text: string): number | null {
  if (!/^(?=.*[a-f])[0-9a-f]{8,64}$/.test(text)) return null;
  const frame = frameOfChunk(entry, text);
  if (frame !== null) return frame;
  throw new PatchworkError('PW_POSITION_CHUNK', `no chunk of this version has a key that begins with ${text}`, {
    hint: 'patchwork show --json lists the keys of all chunks.',
  });
}

async function restore(context: CommandContext, revision: Revision, output: string | null): Promise<CommandOutcome> {
  const restored = await restoreRevision(context, revision, output);
  return {
    document: { schema: 'patchwork.restore/1', path: restored.path, entry: restored.entry, sha256: restored.sha256 },
    text: `${restored.path} is again what it was at ${restored.entry.slice(0, 12)}`,
  };
}

async function verify(context: CommandContext, path: string, deep: boolean): Promise<CommandOutcome> {
  const verdict = await verifyDeliverable(context, path, deep ? 'deep' : 'default');
  const sound = verdict.findings.length === 0;
  return {
    document: {
      schema: 'patchwork.verify/1',
      deliverable: path,
      verified: sound,
      checks: verdict.checks,
      notes: verdict.notes,
      findings: verdict.findings.map((each) => ({ ...each })),
      deadBytes: verdict.deadBytes,
    },
    text: sound
      ? [
          `${path} is whole`,
          ...[...verdict.checks, ...verdict.notes].map((line) => `  ${line}`),
          ...deadLines(verdict.deadBytes ?? 0),
        ].join('\n')
      : [`${path} is NOT whole`, ...verdict.findings.map(({ code, message }) => `  ${message} (${code})`)].join('\n'),
    exitCode: sound ? 0 : 5,
  };
}

/** What `compact` would free. */
function deadLines(bytes: number): string[] {
  return bytes === 0
    ? []
    : [`  carries ${bytesText(bytes)} of replaced pictures and indexes (patchwork compact frees them)`];
}

/** The frames that a version holds, and how people name them. */
interface HeldFrames {
  readonly place: Place;
  readonly facts: TimelineFacts;
  readonly frames: number;
}

function framesOfTimeline(context: CommandContext, entry: LedgerEntry): HeldFrames {
  const { program, facts } = compileEntry(context, entry);
  const place = { rate: program.canvas.rate, offset: entry.range?.in ?? 0, start: program.start };
  return { place, facts, frames: program.frames };
}

/** Of a version that was patched by hand, or found: by its own timecode, else by that of the render it grew from. */
function framesOfFilm(context: CommandContext, history: History, entry: LedgerEntry): HeldFrames {
  const frames = entry.chunks.reduce((sum, { order }) => sum + order.length, 0);
  const { video, container } = entry.profile;
  const { width, height, rate } = video;
  const rendered = historyOf(history.ledger, entry).find(hasTimeline);
  if (container.startTimecode === null && rendered !== undefined) {
    return { ...framesOfTimeline(context, rendered), frames };
  }
  const start = container.startTimecode ?? { frame: 0, dropFrame: false };
  return {
    place: { rate, offset: 0, start },
    // Of a variable rate no timecode can be read.
    facts: { width, height, rate: rate.num === 0 ? null : rate, startFrame: start.frame, dropFrame: start.dropFrame },
    frames,
  };
}

function framesIn(place: Place, range: FrameRange): string {
  return place.rate.num === 0 ? `frames ${range.in}–${range.out - 1}` : recordRange(place, range);
}

/** @throws PW_POSITION_FORM, PW_POSITION_OUTSIDE */
function frameAt({ facts, place, frames }: HeldFrames, text: string): number {
  const frame = parsePosition(text, facts);
  if (frame === null) {
    throw new PatchworkError('PW_POSITION_FORM', `"${text}" is no frame and no timecode`, {
      hint: "Write a frame from the timeline's start, or HH:MM:SS:FF.",
    });
  }
  const { offset } = place;
  if (frame < offset || frame >= offset + frames) {
    throw new PatchworkError(
      'PW_POSITION_OUTSIDE',
      `frame ${frame} is outside the deliverable, which holds [${offset}, ${offset + frames})`,
      {
        hint: "Frames count from the timeline's start.",
      },
    );
  }
  return frame;
}
