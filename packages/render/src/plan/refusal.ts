import { PatchworkError, type FileStat } from '@patchwork/kernel';
import type { FrameRange } from '@patchwork/time';
import {
  formatDifference,
  profileDifference,
  timelineDifference,
  toolchainDifference,
  type Profile,
  type RasterFacts,
  type SettingDifference,
  type Toolchain,
} from '@patchwork/plan';
import type { Base } from '../record/base.ts';

/** Refuses to overwrite what is not ours. @throws PW_DELIVERABLE_FOREIGN, PW_DELIVERABLE_PATCHED, PW_FULL_REQUIRED */
export function checkBase(base: Base, path: string): void {
  if (base.kind === 'film') {
    throw new PatchworkError(
      'PW_DELIVERABLE_PATCHED',
      `${path} was patched by hand: what its frames show is in no timeline`,
      {
        hint: 'Take the patch back (patchwork undo, or restore an earlier version), say what it was made from with patchwork adopt, or overwrite it with --full.',
        details: { path },
      },
    );
  }
  if (base.kind === 'foreign') {
    throw new PatchworkError(
      'PW_DELIVERABLE_FOREIGN',
      `${path} is no deliverable that Patchwork knows: its index fits no entry of a ledger`,
      {
        hint: 'It was made or edited elsewhere. Bind it to its timeline with patchwork adopt, give another name with -o, or overwrite it with --full.',
        details: { path },
      },
    );
  }
  if (base.kind === 'unreadable' && base.isFilm) {
    // The history of a film of another program names its packets and not where they stand: that is the index's to say.
    throw new PatchworkError('PW_FULL_REQUIRED', `${path} is damaged: ${base.reason}`, {
      hint: 'Take the film from a backup: another program wrote it. --full renders everything anew with the built-in renderer.',
      details: { path, reason: base.reason },
    });
  }
  if (base.kind === 'unreadable') {
    throw new PatchworkError(
      'PW_FULL_REQUIRED',
      `${path} cannot be patched: ${base.reason}, and it has no sidecar to mend it from`,
      {
        hint: 'Put the file NAME.patchwork back beside it, or render everything anew with --full.',
        details: { path, reason: base.reason },
      },
    );
  }
}

/** Refuses to write over a file that the timeline plays, whatever its name. @throws PW_DELIVERABLE_IS_MEDIA */
export function checkNotMedia(
  base: FileStat | null,
  media: readonly { readonly path: string; readonly stat: FileStat | null }[],
  path: string,
): void {
  if (base === null) return;
  const same = media.find(({ stat }) => stat !== null && stat.dev === base.dev && stat.ino === base.ino);
  if (same === undefined) return;
  throw new PatchworkError('PW_DELIVERABLE_IS_MEDIA', `${path} is itself media of the timeline (${same.path})`, {
    hint: 'Give the deliverable another name with -o.',
    details: { path, media: same.path },
  });
}

/** Refuses to force frames that the run does not deliver. Frames count from the timeline's start. @throws PW_RANGE_OUTSIDE */
export function checkForced(forced: readonly FrameRange[], delivered: FrameRange): void {
  const outside = forced.find((range) => range.in < delivered.in || range.out > delivered.out);
  if (outside === undefined) return;
  const text = `[${outside.in}, ${outside.out})`;
  throw new PatchworkError(
    'PW_RANGE_OUTSIDE',
    `the forced range ${text} is not within what is delivered, [${delivered.in}, ${delivered.out})`,
    {
      hint: "Give a range within it; frames count from the timeline's start.",
      details: { in: outside.in, out: outside.out, delivered: [delivered.in, delivered.out] },
    },
  );
}

/** Two states of everything that must not change under a patch. */
export interface PatchSettings {
  readonly timeline: RasterFacts;
  readonly profile: Profile;
  readonly toolchain: Toolchain;
  /** `actionKeySchema` of the keys. */
  readonly keySchema: string;
}

/**
 * Refuses a patch that would have to render everything, with every setting that differs. What is a remux (container, sound,
 * the colour labels of H.264) is none of them.
 *
 * @returns the settings that differ all the same, where `allowMixed` lets old chunks stay beside new ones; else none
 * @throws PW_FULL_REQUIRED; PW_MIXED_UNSUPPORTED where one stream cannot hold both
 */
export function checkSettings(
  previous: PatchSettings,
  next: PatchSettings,
  path: string,
  options: { readonly allowMixed: boolean },
): readonly SettingDifference[] {
  const all = settingDifferences(previous, next);
  const differences = options.allowMixed ? all.filter((difference) => !canMix(difference)) : all;
  if (differences.length === 0) return all;
  const message = `${path} was rendered differently: ${differences.map(formatDifference).join(', ')}`;
  const details = { path, differences: differences.map((difference) => differenceDetail(difference)) };
  if (options.allowMixed) {
    throw new PatchworkError('PW_MIXED_UNSUPPORTED', `${message}; one picture track cannot hold both`, {
      hint: 'Nothing was changed. Render everything anew with --full, or go back to the old settings.',
      details,
    });
  }
  throw new PatchworkError('PW_FULL_REQUIRED', message, {
    hint: all.every(canMix)
      ? 'Render everything anew with --full, go back to the old settings, or keep the old pictures beside new ones with --allow-mixed.'
      : 'Render everything anew with --full, or go back to the old settings.',
    details,
  });
}

/**
 * Refuses other settings for an adopted film: fresh pictures and sound are encoded like its own.
 *
 * @throws PW_FULL_REQUIRED with every setting that differs
 */
export function checkAdoptedSettings(film: Profile, wanted: Profile, path: string): void {
  const differences = profileDifference(film, wanted);
  if (differences.length === 0) return;
  throw new PatchworkError(
    'PW_FULL_REQUIRED',
    `${path} was made by another program with other settings: ${differences.map(formatDifference).join(', ')}`,
    {
      hint: 'Leave --profile out: what is fresh is encoded like the film. Or render everything anew with --full.',
      details: { path, differences: differences.map((difference) => differenceDetail(difference)) },
    },
  );
}

function settingDifferences(previous: PatchSettings, next: PatchSettings): readonly SettingDifference[] {
  const schemas = { key: 'keys', old: previous.keySchema, new: next.keySchema, domain: 'video' } as const;
  return [
    ...timelineDifference(previous.timeline, next.timeline),
    ...profileDifference(previous.profile, next.profile),
    ...toolchainDifference(previous.toolchain, next.toolchain),
    ...(schemas.old === schemas.new ? [] : [schemas]),
  ].filter(({ domain }) => domain === 'video');
}

/** How pictures are encoded may differ within a track; what they are (raster, rate, format, colour), and the grid, may not. */
function canMix({ key }: SettingDifference): boolean {
  return key.startsWith('video.options.') || key.startsWith('toolchain.') || key === 'video.reorder';
}

/** Refuses to go on with a mixed deliverable unless that was asked for. @throws PW_FULL_REQUIRED */
export function checkMixed(note: string | null, path: string, options: { readonly allowMixed: boolean }): void {
  if (note === null || options.allowMixed) return;
  throw new PatchworkError('PW_FULL_REQUIRED', `${path} holds ${note}`, {
    hint: 'Go on with --allow-mixed, or make it clean with --full.',
    details: { path },
  });
}

function differenceDetail(difference: SettingDifference): { key: string; old: string; new: string; reason: string } {
  return { key: difference.key, old: difference.old, new: difference.new, reason: formatDifference(difference) };
}
