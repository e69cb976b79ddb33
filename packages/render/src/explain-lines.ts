import { formatDifference, type FrameExplanation, type SettingDifference } from '@patchwork/plan';
import type { Program } from '@patchwork/program';
import type { LedgerEntry } from '@patchwork/store';
import { formatTimecode, type FrameRange } from '@patchwork/time';
import type { TimelinePlace } from './timeline/places-at.ts';

/** The chunk that holds the frame. */
export function chunkLines({ chunk }: FrameExplanation, offset: number, made: 'rendered' | 'reused'): string[] {
  if (chunk === null) return [];
  const [first, last] = [chunk.in + offset, chunk.out + offset - 1];
  const frames = first === last ? `frame ${first}` : `frames ${first}–${last}`;
  return [`chunk ${chunk.key.slice(0, 12)}, ${frames}: ${made} in this delivery`];
}

/** What stands there with its record timecodes; media behind the clip that shows it. */
export function placeLines(
  places: readonly TimelinePlace[],
  { clips }: FrameExplanation,
  { start, canvas }: Program,
  offset: number,
): string[] {
  const timecode = (frame: number): string =>
    formatTimecode(start.frame - offset + frame, canvas.rate, start.dropFrame);
  const told = places.map(({ track, kind, name, record }) => {
    const media = clips.find((clip) => clip.track === track && clip.name === name)?.media ?? null;
    const what = kind === 'clip' ? name : `${kind} ${name}`.trim();
    return `  ${track}  ${timecode(record.in)} – ${timecode(record.out)}  ${what}${media === null ? '' : `  ${media}`}`;
  });
  const isTold = (clip: FrameExplanation['clips'][number]): boolean =>
    places.some(({ track, name }) => track === clip.track && name === clip.name);
  const others = clips.filter((clip) => !isTold(clip));
  const lines = [
    ...told,
    ...others.map(({ track, name, media }) => `  ${track}  ${name}${media === null ? '' : `  ${media}`}`),
  ];
  return lines.length === 0 ? ['  nothing: a gap'] : lines;
}

/** Why the chunk was rendered although this picture was there before. */
export function renderedLines(
  { before }: FrameExplanation,
  differs: readonly FrameRange[] | null,
  settings: readonly SettingDifference[],
): string[] {
  if (settings.length > 0)
    return ['rendered because settings differ:', ...settings.map((each) => `  ${formatDifference(each)}`)];
  if (before?.kind !== 'kept' && before?.kind !== 'moved') return [];
  if (differs === null || differs.length === 0)
    return ['rendered all the same: its chunk was cut differently, gone or forced'];
  return [
    `rendered all the same: of its chunk, frames ${differs.map((range) => `${range.in}–${range.out - 1}`).join(', ')} differ`,
  ];
}

/** Whether the sound is what it was. */
export function soundLines({ sound }: LedgerEntry, parent: LedgerEntry | null): string[] {
  if (sound === null) return [];
  if (parent === null || parent.sound === null) return ['sound: rendered as a whole'];
  return [
    parent.sound.key === sound.key
      ? 'sound: the same as in the delivery before'
      : 'sound: its programme or settings differ from the delivery before, so it was made anew as a whole',
  ];
}

/** What of the picture was otherwise, in words and as the old key had it. */
export function beforeLines({ before, picture }: FrameExplanation, here: number): string[] {
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
      return [
        `differs from the delivery before${before.frame === here ? '' : `, there at frame ${before.frame}`}:`,
        ...before.changes.map(({ text }) => `  ${text}`),
        ...before.picture.filter((line) => !picture.includes(line)).map((line) => `  it was: ${line.trim()}`),
      ];
  }
}

/** A film that was found or patched by hand, or an entry that the ledger does not hold. */
export function unknownBefore(parent: LedgerEntry | null): string {
  return parent === null
    ? 'the delivery before is not in the ledger: what it showed is not known'
    : `the delivery before ("${parent.timeline.name}") has no timeline: what it showed is not known`;
}
