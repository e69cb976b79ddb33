import type { Digest, Json } from '@patchwork/kernel';
import type { ClipUse, Picture, Program } from '@patchwork/program';
import type { LedgerEntry } from '@patchwork/store';
import type { RenderContext } from './context.ts';
import { mediaOf } from './encode-missing.ts';
import type { History } from './history.ts';
import { compileEntry } from './snapshot.ts';

/** Why a frame looks as it does, for machines and for people. */
export interface Explanation {
  readonly document: { readonly [key: string]: Json };
  readonly lines: readonly string[];
}

/**
 * Names every input of a frame's key, which render made its chunk, and what of the picture differs from the delivery
 * before. `frame` counts from the timeline's start and lies within the entry.
 */
export function explainFrame(context: Pick<RenderContext, 'sha256'>, history: History, entry: LedgerEntry, frame: number): Explanation {
  const { program } = compileEntry(context, entry);
  const at = frame - (entry.range?.in ?? 0);
  const picture = program.pictureAt(at);
  const chunk = chunkAt(entry, at);
  const parent = history.ledger.entries.find((each) => each.id === entry.parent) ?? null;
  const wasHeld = parent?.chunks.some(({ key }) => key === chunk.key) ?? false;
  const before = parent === null ? null : pictureBefore(context, parent, frame);
  const differences = before === null ? [] : pictureDifferences(before, picture);
  const clips = clipsAt(program, at);
  const media = mediaOf([picture], entry.media).map(({ identity, path }) => ({ identity, path }));
  const made = parent === null ? 'rendered: the first delivery' : wasHeld ? 'reused from the delivery before' : 'rendered for this delivery';
  return {
    document: {
      frame,
      key: program.frameKeyAt(at),
      chunk: { key: chunk.key, frames: [chunk.from + frame - at, chunk.to + frame - at], offset: chunk.offset },
      made: parent === null || !wasHeld ? 'rendered' : 'reused',
      clips: clips.map((clip) => ({ ...clip })),
      media,
      picture: picture as unknown as Json,
      before: before as unknown as Json,
      differences: differences.map((each) => ({ ...each })),
    },
    lines: [
      `chunk ${chunk.key.slice(0, 12)}, frames ${chunk.from + frame - at}–${chunk.to + frame - at - 1}: ${made}`,
      ...clips.map((clip) => `  ${clip.track}  ${clip.name}${clip.media === null ? '' : `  ${clip.media}`}`),
      ...pictureLines(picture, 1),
      ...(parent === null ? [] : differences.length === 0 ? ['the delivery before showed the same picture here'] : ['differs from the delivery before:']),
      ...differences.map(({ path, old, now }) => `  ${path}: ${old} → ${now}`),
    ],
  };
}

function chunkAt(entry: LedgerEntry, frame: number): { key: Digest; from: number; to: number; offset: number } {
  let from = 0;
  for (const chunk of entry.chunks) {
    const to = from + chunk.order.length;
    if (frame < to) return { key: chunk.key, from, to, offset: chunk.offset };
    from = to;
  }
  throw new TypeError(`explainFrame: frame ${frame} is outside the entry`);
}

function pictureBefore(context: Pick<RenderContext, 'sha256'>, parent: LedgerEntry, frame: number): Picture | null {
  const { program } = compileEntry(context, parent);
  const at = frame - (parent.range?.in ?? 0);
  return at >= 0 && at < program.frames ? program.pictureAt(at) : null;
}

function clipsAt(program: Program, frame: number): readonly ClipUse[] {
  return program.spans.find((span) => frame >= span.in && frame < span.out)?.clips ?? [];
}

/** One field in which two pictures differ. */
interface FieldDifference {
  readonly path: string;
  readonly old: string;
  readonly now: string;
}

/** Walks two pictures side by side. Where their operations differ, the whole branch is one difference. */
function pictureDifferences(before: unknown, now: unknown, path = 'picture'): FieldDifference[] {
  if (JSON.stringify(before) === JSON.stringify(now)) return [];
  if (!isFields(before) || !isFields(now) || before['op'] !== now['op']) {
    return [{ path, old: short(before), now: short(now) }];
  }
  const names = new Set([...Object.keys(before), ...Object.keys(now)]);
  return [...names].flatMap((name) => pictureDifferences(before[name], now[name], `${path}.${name}`));
}

function isFields(value: unknown): value is { readonly [key: string]: unknown } {
  return typeof value === 'object' && value !== null;
}

function short(value: unknown): string {
  if (isFields(value) && typeof value['op'] === 'string') return value['op'];
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

function pictureLines(picture: Picture, depth: number): string[] {
  const indent = '  '.repeat(depth);
  const deeper = (inputs: readonly Picture[]): string[] => inputs.flatMap((input) => pictureLines(input, depth + 1));
  switch (picture.op) {
    case 'source':
      return [`${indent}source frame ${picture.frame} of ${picture.media.slice(0, 12)}, ${picture.conform}`];
    case 'solid':
      return [`${indent}solid ${picture.color.join(' ')}`];
    case 'over':
      return [`${indent}layers, the lowest first`, ...deeper(picture.layers)];
    case 'mix':
      return [`${indent}mix, ${picture.share.num}/${picture.share.den} of the second`, ...deeper([picture.from, picture.to])];
    case 'opacity':
      return [`${indent}opacity ${picture.opacity}`, ...deeper([picture.input])];
    case 'transform':
      return [`${indent}transform, scale ${picture.scale.x} × ${picture.scale.y}, position ${picture.position.x}, ${picture.position.y}, rotation ${picture.rotation}`, ...deeper([picture.input])];
    case 'nest':
      return [`${indent}nested timeline ${picture.width}×${picture.height}`, ...deeper([picture.input])];
    case 'text':
      return [`${indent}text "${picture.text}"`, ...deeper([picture.input])];
    case 'unmodelled':
      return [`${indent}${picture.label}`, ...deeper([picture.input])];
  }
}
