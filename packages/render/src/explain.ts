import type { Digest, Json } from '@patchwork/kernel';
import { explainFrame as explainPlanned, type FrameExplanation, type PreviousDelivery } from '@patchwork/plan';
import type { LedgerEntry } from '@patchwork/store';
import { chunkRanges } from './plan/chunk-ranges.ts';
import type { RenderContext } from './run/context.ts';
import { mediaOf } from './pictures/encode-missing.ts';
import type { History } from './record/history.ts';
import { compileEntry, hasTimeline } from './timeline/snapshot.ts';

/** Why a delivered frame looks as it does, for machines and for people. */
export interface Explanation {
  readonly document: { readonly [key: string]: Json };
  readonly lines: readonly string[];
}

/**
 * Names every input of a delivered frame's key, whether its chunk was rendered for that delivery, and how the picture
 * differs from the delivery before, also where it has moved. `frame` counts from the timeline's start and lies within
 * the entry.
 */
export function explainDelivered(
  context: Pick<RenderContext, 'sha256'>,
  history: History,
  entry: LedgerEntry,
  frame: number,
): Explanation {
  const { program } = compileEntry(context, entry);
  const offset = entry.range?.in ?? 0;
  const parent = history.ledger.entries.find((each) => each.id === entry.parent) ?? null;
  const explained = explainPlanned(
    program,
    frame - offset,
    chunkRanges(entry),
    parent === null || !hasTimeline(parent) ? null : deliveryOf(context, parent, offset),
  );
  const isUnknown = entry.parent !== null && explained.before === null;
  const made = madeBy(explained.chunk?.key ?? null, parent);
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
          : { key: explained.chunk.key, frames: [explained.chunk.in + offset, explained.chunk.out + offset] },
      made,
      clips: explained.clips.map((clip) => ({ ...clip })),
      media,
      picture: [...explained.picture],
      before: beforeDocument(explained, isUnknown),
    },
    lines: [
      ...chunkLines(explained, offset, made),
      ...explained.clips.map((clip) => `  ${clip.track}  ${clip.name}${clip.media === null ? '' : `  ${clip.media}`}`),
      ...explained.picture.map((line) => `  ${line}`),
      ...(isUnknown ? [unknownBefore(parent)] : beforeLines(explained)),
    ],
  };
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

function chunkLines({ chunk }: FrameExplanation, offset: number, made: 'rendered' | 'reused'): string[] {
  return chunk === null
    ? []
    : [
        `chunk ${chunk.key.slice(0, 12)}, frames ${chunk.in + offset}–${chunk.out + offset - 1}: ${made} in this delivery`,
      ];
}

function beforeDocument({ before }: FrameExplanation, isUnknown: boolean): Json {
  if (before === null) return isUnknown ? { kind: 'unknown', frame: null, picture: [], changes: [] } : null;
  return { ...before, picture: [...before.picture], changes: before.changes.map((change) => ({ ...change })) };
}

/** A film that was found or patched by hand, or an entry that the ledger does not hold. */
function unknownBefore(parent: LedgerEntry | null): string {
  return parent === null
    ? 'the delivery before is not in the ledger: what it showed is not known'
    : `the delivery before ("${parent.timeline.name}") has no timeline: what it showed is not known`;
}

function beforeLines({ before }: FrameExplanation): string[] {
  switch (before?.kind) {
    case undefined:
      return ['the first delivery'];
    case 'kept':
      return ['the delivery before showed the same picture here'];
    case 'moved':
      return [`the delivery before showed the same picture at frame ${before.frame}`];
    case 'new':
      return ['not in the delivery before'];
    case 'changed':
      return ['differs from the delivery before:', ...before.changes.map(({ text }) => `  ${text}`)];
  }
}
