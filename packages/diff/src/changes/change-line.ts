import type { Change } from './change.ts';

/**
 * One line of a report: place, whose, what. `01:00:20:00  V1+A1  m06: ripple trim out −10`. The place is the record timecode
 * of the first frame as it is now (of what is gone: as it was), empty for what has no place.
 */
export function changeLine(change: Change): string {
  const place = change.new ?? change.old;
  const parts = [place?.recordTimecode[0] ?? '', change.tracks.join('+')].filter((part) => part !== '');
  const who = clipsText(change);
  return [...parts, who === '' ? change.text : `${who}: ${change.text}`].join('  ');
}

/** `m06`, `m03 … m05`; a run of pushed clips is named by its number alone. */
export function clipsText({ kind, clips }: Pick<Change, 'kind' | 'clips'>): string {
  if (kind === 'shift') return '';
  if (clips.length <= 2) return clips.join(' | ');
  return `${clips[0] ?? ''} … ${clips.at(-1) ?? ''}`;
}
