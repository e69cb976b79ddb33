import type { Digest, Json } from '@patchwork/kernel';
import {
  explainFrame as explainPlanned,
  profileDifference,
  toolchainDifference,
  type FrameExplanation,
  type PreviousDelivery,
  type SettingDifference,
} from '@patchwork/plan';
import type { Program } from '@patchwork/program';
import type { LedgerEntry } from '@patchwork/store';
import { normaliseRanges, type FrameRange } from '@patchwork/time';
import { beforeLines, chunkLines, placeLines, renderedLines, soundLines, unknownBefore } from './explain-lines.ts';
import { chunkRanges } from './plan/chunk-ranges.ts';
import type { RenderContext } from './run/context.ts';
import { mediaOf } from './pictures/encode-missing.ts';
import type { History } from './record/history.ts';
import { placesAt } from './timeline/places-at.ts';
import { compileEntry, hasTimeline } from './timeline/snapshot.ts';

/** Why a delivered frame looks as it does, for machines and for people. */
export interface Explanation {
  readonly document: { readonly [key: string]: Json };
  readonly lines: readonly string[];
}

/**
 * Names every input of a delivered frame's key and of its chunk's, where they stand on the timeline, whether the chunk was
 * rendered for that delivery, and how picture, sound and settings differ from the delivery before, also where the picture
 * has moved. `frame` counts from the timeline's start and lies within the entry.
 */
export function explainDelivered(
  context: Pick<RenderContext, 'sha256'>,
  history: History,
  entry: LedgerEntry,
  frame: number,
): Explanation {
  const { program, loaded } = compileEntry(context, entry);
  const offset = entry.range?.in ?? 0;
  const parent = history.ledger.entries.find((each) => each.id === entry.parent) ?? null;
  const previous = parent === null || !hasTimeline(parent) ? null : deliveryOf(context, parent, offset);
  const explained = explainPlanned(program, frame - offset, chunkRanges(entry), previous);
  const isUnknown = entry.parent !== null && explained.before === null;
  const made = madeBy(explained.chunk?.key ?? null, parent);
  const differs = previous === null ? null : differingInChunk(program, explained, previous.program, offset);
  const settings = parent === null ? [] : settingsBetween(parent, entry);
  const places = placesAt(loaded.timeline, frame, program.canvas.rate);
  const media = mediaOf([program.pictureAt(frame - offset)], entry.media).map(({ identity, path }) => ({
    identity,
    path,
  }));
  return {
    document: {
      frame,
      key: explained.key,
      chunk:
        explained.chunk === null
          ? null
          : {
              key: explained.chunk.key,
              frames: [explained.chunk.in + offset, explained.chunk.out + offset],
              differs: differs?.map((range) => [range.in, range.out]) ?? null,
            },
      made,
      clips: explained.clips.map((clip) => ({ ...clip })),
      places: places.map(({ record, ...place }) => ({ ...place, record: [record.in, record.out] })),
      media,
      picture: [...explained.picture],
      encoding: { profile: entry.profile.name, toolchain: { ...entry.toolchain } },
      settings: settings.map(({ key, old, new: next }) => ({ key, old, new: next })),
      sound: soundDocument(entry, parent),
      before: beforeDocument(explained, isUnknown),
    },
    lines: [
      ...chunkLines(explained, offset, made),
      'on the timeline:',
      ...placeLines(places, explained, program, offset),
      'what makes the picture:',
      ...explained.picture.map((line) => `  ${line}`),
      ...(isUnknown ? [unknownBefore(parent)] : beforeLines(explained, frame - offset + (previous?.shift ?? 0))),
      ...(made === 'rendered' ? renderedLines(explained, differs, settings) : []),
      ...soundLines(entry, parent),
    ],
  };
}

/** The first frame, from the timeline's start, of the chunk whose key begins so; null where none does. */
export function frameOfChunk(entry: LedgerEntry, key: string): number | null {
  const chunk = chunkRanges(entry).find((each) => each.key.startsWith(key));
  return chunk === undefined ? null : chunk.in + (entry.range?.in ?? 0);
}

/** Frames of the chunk, from the timeline's start, that show something else than where the explained frame comes from. */
function differingInChunk(
  program: Program,
  { chunk, frame, before }: FrameExplanation,
  old: Program,
  offset: number,
): readonly FrameRange[] {
  if (chunk === null) return [];
  const isKept = (each: number): boolean => {
    if (before === null || before.frame === null) return false;
    const source = each - frame + before.frame;
    return source >= 0 && source < old.frames && old.frameKeyAt(source) === program.frameKeyAt(each);
  };
  const frames = Array.from({ length: chunk.out - chunk.in }, (_, index) => chunk.in + index);
  return normaliseRanges(
    frames.filter((each) => !isKept(each)).map((each) => ({ in: each + offset, out: each + offset + 1 })),
  );
}

/** What of profile and toolchain enters the keys of pictures, and differs. */
function settingsBetween(parent: LedgerEntry, entry: LedgerEntry): readonly SettingDifference[] {
  return [
    ...profileDifference(parent.profile, entry.profile).filter(({ domain }) => domain === 'video'),
    ...toolchainDifference(parent.toolchain, entry.toolchain),
  ];
}

function soundDocument({ sound }: LedgerEntry, parent: LedgerEntry | null): Json {
  if (sound === null) return null;
  return { key: sound.key, same: parent === null || parent.sound === null ? null : parent.sound.key === sound.key };
}

function deliveryOf(context: Pick<RenderContext, 'sha256'>, entry: LedgerEntry, offset: number): PreviousDelivery {
  const { program } = compileEntry(context, entry);
  return {
    program,
    chunks: chunkRanges(entry),
    video: entry.profile.video,
    toolchain: entry.toolchain,
    shift: offset - (entry.range?.in ?? 0),
  };
}

function madeBy(key: Digest | null, parent: LedgerEntry | null): 'rendered' | 'reused' {
  return parent !== null && parent.chunks.some((chunk) => chunk.key === key) ? 'reused' : 'rendered';
}

function beforeDocument({ before }: FrameExplanation, isUnknown: boolean): Json {
  if (before === null) return isUnknown ? { kind: 'unknown', frame: null, picture: [], changes: [] } : null;
  return { ...before, picture: [...before.picture], changes: before.changes.map((change) => ({ ...change })) };
}
