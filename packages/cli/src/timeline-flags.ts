import { resolve } from 'node:path';
import type { Command } from 'commander';
import { PatchworkError } from '@patchwork/kernel';
import { formatRate, parseRate, type Rate } from '@patchwork/time';
import type { RenderRequest, TimelineRequest } from '@patchwork/render';

/** Flags of every command that reads a timeline file. */
export interface TimelineFlags {
  readonly timeline?: string;
  readonly edlRate?: string;
}

/** Flags of every command that looks for a timeline's media as well. */
export interface MediaFlags extends TimelineFlags {
  readonly mediaMap?: readonly string[];
  readonly search?: readonly string[];
  readonly grades?: string;
}

/** Adds `--timeline` and `--edl-rate`. */
export function withTimelineFlags(command: Command): Command {
  return command
    .option('--timeline <name>', 'which timeline of the file')
    .option('--edl-rate <rate>', 'frames a second of an EDL, which does not say: 24, 23.976, 30000/1001');
}

/** Adds `--media-map` and `--search` to the flags of a timeline. */
export function withMediaFlags(command: Command): Command {
  return withTimelineFlags(command)
    .option('--media-map <old=new>', 'media paths that begin with OLD are at NEW (repeatable)', collect, [])
    .option(
      '--search <folder>',
      'look for missing media here and below, by name, timecode and length (repeatable)',
      collect,
      [],
    );
}

/** Adds `--grades`. */
export function withGradesFlag(command: Command): Command {
  return command.option(
    '--grades <project>',
    'the .drp or .drt of the same state: its grades, Fusion compositions and effects are compared',
  );
}

/** Reads the flags. @throws PW_USAGE_RATE, PW_USAGE_MAP */
export function timelineRequest(folder: string, path: string, flags: MediaFlags): TimelineRequest {
  return {
    path: resolve(folder, path),
    name: flags.timeline ?? null,
    edlRate: edlRateFrom(flags.edlRate),
    mediaMap: mapRules(flags.mediaMap),
    searchFolders: (flags.search ?? []).map((each) => resolve(folder, each)),
    grades: flags.grades === undefined ? null : resolve(folder, flags.grades),
  };
}

/** Reads `--edl-rate`; null where it is not given. @throws PW_USAGE_RATE */
export function edlRateFrom(text: string | undefined): Rate | null {
  if (text === undefined) return null;
  const rate = parseRate(text);
  if (rate !== null && rate.num > 0 && (rate.den === 1 || rate.den === 1001)) return rate;
  throw new PatchworkError(
    'PW_USAGE_RATE',
    `--edl-rate ${text} is no rate of timecode${rate === null ? '' : ` (${formatRate(rate)})`}`,
    { hint: 'Use a whole rate or one of n × 1000/1001: 24, 25, 23.976, 30000/1001.' },
  );
}

/** Gathers a repeatable flag. */
export function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

/** Reads `--media-map` rules. @throws PW_USAGE_MAP */
export function mapRules(texts: readonly string[] | undefined): RenderRequest['mediaMap'] {
  return (texts ?? []).map(mapRule);
}

function mapRule(text: string): { from: string; to: string } {
  const at = text.indexOf('=');
  if (at < 1) {
    throw new PatchworkError('PW_USAGE_MAP', `--media-map ${text} is no OLD=NEW`, {
      hint: 'Example: --media-map D:\\Rushes\\=/mnt/rushes/',
    });
  }
  return { from: text.slice(0, at), to: text.slice(at + 1) };
}
