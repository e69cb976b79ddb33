import { basename } from 'node:path';
import type { Digest, Json } from '@patchwork/kernel';
import {
  readResolveStill,
  type ResolveClip,
  type ResolveDigests,
  type ResolveSequence,
  type StillDigests,
} from '@patchwork/formats';
import { readProjectDigests, readWholeFile } from '@patchwork/render';
import type { Terminal } from './output.ts';
import type { CommandContext, CommandOutcome } from './shell.ts';
import { counted } from './words.ts';

/** A Resolve project, timeline or still, as digests. */
export type ResolveFile =
  | { readonly kind: 'project'; readonly file: string; readonly digests: ResolveDigests }
  | { readonly kind: 'still'; readonly file: string; readonly digests: StillDigests };

/** Stills larger than this are refused: they are XML. */
const largestBytes = 64 * 1024 * 1024;

/** Reads a `.drt`, `.drp` or `.drx`; null for every other file. @throws PW_ZIP_*, PW_XML_*, PW_RESOLVE_FILE, PW_FILE_* */
export async function resolveDigestsOf(context: CommandContext, path: string): Promise<ResolveFile | null> {
  const ending = /\.(drt|drp|drx)$/i.exec(path)?.[1]?.toLowerCase();
  if (ending === undefined || (await context.files.stat(path))?.isDirectory === true) return null;
  const file = basename(path);
  if (ending !== 'drx') return { kind: 'project', file, digests: await readProjectDigests(context, path) };
  const bytes = await readWholeFile(context.files, path, largestBytes);
  return { kind: 'still', file, digests: readResolveStill(file, bytes, context.sha256) };
}

/** Shows clips and digests: `patchwork.inspect/1` with no timelines and a member `resolve`. */
export function digestsOutcome(resolve: ResolveFile, terminal: Terminal): CommandOutcome {
  return {
    document: {
      schema: 'patchwork.inspect/1',
      timelines: [],
      resolve: { kind: resolve.kind, file: resolve.file, ...(resolve.digests as unknown as { [key: string]: Json }) },
      diagnostics: [],
    },
    text: (resolve.kind === 'still'
      ? stillLines(resolve.digests)
      : projectLines(resolve.digests, Math.max(60, terminal.width ?? 80))
    ).join('\n'),
  };
}

function stillLines({ label, clipGrade, timelineGrade }: StillDigests): string[] {
  return [`still "${label}"`, `  clip grade      ${short(clipGrade)}`, `  timeline grade  ${short(timelineGrade)}`];
}

function projectLines(digests: ResolveDigests, columns: number): string[] {
  return [
    ...digests.sequences.flatMap((sequence) => sequenceLines(sequence, columns)),
    ...digests.groups.map(({ name, digest }) => `group "${name}"  grade ${short(digest)}`),
    `project settings  ${short(digests.settings)}`,
  ];
}

function sequenceLines({ name, clips, grade }: ResolveSequence, columns: number): string[] {
  const head = `sequence ${name === '' ? '(no name)' : `"${name}"`}  ${counted(clips.length, 'clip')}  timeline grade ${short(grade)}`;
  const widest = Math.max(8, columns - 46);
  return [
    head,
    ...clips.flatMap((clip) => [
      `  ${clip.track.padEnd(3)} [${clip.start}, ${clip.start + clip.duration})  ${clipped(clip.name, widest)}`,
      `      ${digestWords(clip)}`,
    ]),
  ];
}

function digestWords({ digests }: ResolveClip): string {
  return (['grade', 'effects', 'fusion', 'retime', 'structure'] as const)
    .flatMap((part) => (digests[part] === null ? [] : [`${part} ${short(digests[part])}`]))
    .join('  ');
}

function clipped(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function short(digest: Digest | null): string {
  return digest === null ? 'none' : digest.slice(0, 12);
}
