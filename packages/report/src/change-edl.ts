import { timecodeText, type Changes, type Side, type SideItem, type SideTrack } from '@patchwork/diff';
import type { FrameRange } from '@patchwork/time';
import { oneLine } from './one-line.ts';

/** A stretch of the new timeline: taken from the old one, new, or nothing. */
interface Stretch {
  readonly kind: 'old' | 'new' | 'black';
  /** Record frames in the new timeline. */
  readonly in: number;
  readonly out: number;
  /** Its first frame in the old timeline; 0 for what is not from there. */
  readonly from: number;
  readonly names: readonly string[];
  /** Where a clip stood that came from another track; null for one that did not. */
  readonly cameFrom: SideItem['other'];
}

/** The tracks of both sides, lowest first, pictures before sound: each has a change list of its own. */
export function changeTracks({ sides }: Changes): readonly string[] {
  const labels = [...new Set([...sides.old.tracks, ...sides.new.tracks].map(({ label }) => label))];
  const isSound = (label: string): boolean => label.startsWith('A');
  return [...labels.filter((label) => !isSound(label)), ...labels.filter(isSound)];
}

/**
 * Writes a change list in CMX3600: what of the old timeline stands where in the new one, so that work cut to the old
 * version (sound, subtitles, notes) can be moved along. Reel `OLD` counts the old record timecode; `NEW` is what the old
 * version did not hold, `BL` is nothing. Runs that move alike are one event, across cuts. Comments name clips; what went
 * away stands at the end. Follows one track, by default the lowest picture track ({@link changeTracks} names them): all cuts, no
 * dissolves. What came from another track is `NEW` with a note of where it stood.
 */
export function changeEdl({ sides }: Changes, trackLabel?: string): string {
  const label = trackLabel ?? mainTrack(sides.new) ?? mainTrack(sides.old) ?? 'V1';
  const [old, next] = [trackOf(sides.old, label), trackOf(sides.new, label)];
  const stretches = merged(filled(stretchesOf(next), sides.new.frames));
  const lines = [
    `TITLE: ${oneLine(`changes ${sides.old.name} to ${sides.new.name}, ${label}`)}`,
    `FCM: ${sides.new.start.dropFrame ? 'DROP FRAME' : 'NON-DROP FRAME'}`,
    '',
    ...stretches.flatMap((stretch, index) => eventLines(stretch, index + 1, sides.old, sides.new, label)),
    ...removedLines(old, sides.old),
  ];
  return `${lines.join('\n')}\n`;
}

function mainTrack(side: Side): string | undefined {
  return side.tracks.find(({ label }) => label.startsWith('V'))?.label ?? side.tracks[0]?.label;
}

function trackOf(side: Side, label: string): SideTrack {
  return side.tracks.find((track) => track.label === label) ?? { label, items: [] };
}

/** A clip's part that both versions play, and its new head and tail. */
function stretchesOf({ label, items }: SideTrack): Stretch[] {
  return items.flatMap(({ name, record, other }): Stretch[] => {
    const fresh = (from: number, to: number): Stretch[] =>
      to > from ? [{ kind: 'new', in: from, out: to, from: 0, names: [name], cameFrom }] : [];
    const cameFrom = other === null || other.track === label ? null : other;
    if (other === null || other.head === null || other.track !== label) return fresh(record.in, record.out);
    // The old head lies `head` frames later in the media: what comes before it is new here.
    const start = record.in + Math.max(0, other.head);
    const from = other.record.in + Math.max(0, -other.head);
    const length = Math.min(record.out - start, other.record.out - from);
    if (length <= 0) return fresh(record.in, record.out);
    return [
      ...fresh(record.in, start),
      { kind: 'old', in: start, out: start + length, from, names: [name], cameFrom },
      ...fresh(start + length, record.out),
    ];
  });
}

function filled(stretches: readonly Stretch[], frames: number): Stretch[] {
  const all: Stretch[] = [];
  let at = 0;
  const black = (to: number): void => {
    if (to > at) all.push({ kind: 'black', in: at, out: to, from: 0, names: [], cameFrom: null });
  };
  for (const stretch of stretches) {
    black(stretch.in);
    all.push(stretch);
    at = stretch.out;
  }
  black(frames);
  return all;
}

/** Neighbours that move by one distance are one event. */
function merged(stretches: readonly Stretch[]): Stretch[] {
  const runs: Stretch[] = [];
  for (const stretch of stretches) {
    const last = runs.at(-1);
    const runsOn = last?.kind === 'old' && stretch.kind === 'old' && last.from - last.in === stretch.from - stretch.in;
    if (runsOn && last !== undefined)
      runs[runs.length - 1] = { ...last, out: stretch.out, names: [...last.names, ...stretch.names] };
    else runs.push(stretch);
  }
  return runs;
}

function eventLines(stretch: Stretch, number: number, old: Side, next: Side, label: string): string[] {
  const reel = { old: 'OLD', new: 'NEW', black: 'BL' }[stretch.kind].padEnd(8);
  const channel = (label.startsWith('A') ? (label === 'A1' ? 'A' : label) : 'V').padEnd(5);
  const length = stretch.out - stretch.in;
  const source = stretch.kind === 'old' ? old : { ...next, start: { frame: 0, dropFrame: next.start.dropFrame } };
  const times = [
    ...[stretch.from, stretch.from + length].map((frame) => timecodeOf(source, frame)),
    ...[stretch.in, stretch.out].map((frame) => timecodeOf(next, frame)),
  ];
  const event = `${String(number).padStart(3, '0')}  ${reel} ${channel} C        ${times.join(' ')}`;
  const { names } = stretch;
  const [first, last] = [names[0], names.at(-1)];
  if (first === undefined || last === undefined) return [event];
  const shift = stretch.kind === 'old' ? stretch.in - stretch.from : 0;
  const clips = names.length === 1 ? first : `${first} - ${last}, ${names.length} clips`;
  const { cameFrom } = stretch;
  return [
    event,
    `* FROM CLIP NAME: ${oneLine(clips)}`,
    ...(shift === 0 ? [] : [`* SHIFT: ${signed(shift)} FRAMES`]),
    ...(cameFrom === null ? [] : [`* WAS ON ${cameFrom.track}: ${timecodesOf(old, cameFrom.record)}`]),
  ];
}

function removedLines({ items, label }: SideTrack, old: Side): string[] {
  return items.flatMap(({ other, record, name }) => {
    if (other !== null && other.track === label) return [];
    const what = other === null ? 'REMOVED' : `MOVED TO ${other.track}`;
    return [`* ${what}: ${timecodesOf(old, record)} ${oneLine(name)}`];
  });
}

function timecodesOf(side: Side, record: FrameRange): string {
  return `${timecodeOf(side, record.in)} ${timecodeOf(side, record.out)}`;
}

function timecodeOf({ rate, start }: Pick<Side, 'rate' | 'start'>, frame: number): string {
  return timecodeText(start.frame + frame, rate, start.dropFrame);
}

function signed(value: number): string {
  return value < 0 ? `-${-value}` : `+${value}`;
}
