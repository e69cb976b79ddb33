import { PatchworkError } from '@patchwork/kernel';
import type { MediaInfo } from '@patchwork/program';
import type { LinkedTimeline } from './media-link.ts';
import { canBe } from './media-match.ts';
import { decodedName } from './media-paths.ts';

/** Refuses names that several files answer to. @throws PW_MEDIA_AMBIGUOUS naming all of them */
export function checkUnambiguous({ ambiguous }: LinkedTimeline): void {
  if (ambiguous.length === 0) return;
  const lines = ambiguous.map(({ name, paths }) => `${decodedName(name)}: ${paths.join(' or ')}`);
  throw new PatchworkError('PW_MEDIA_AMBIGUOUS', `several files answer to one name: ${lines.join('; ')}`, {
    hint: 'Search in fewer folders, or say which file it is with --media-map OLD=NEW.',
    details: { media: ambiguous.map(({ name, paths }) => ({ name, paths: [...paths] })) },
  });
}

/**
 * Refuses files that a search found by their name alone and that are not what the timeline means: another timecode, or too
 * short for what is played. Every card of a camera has its `C0001.MP4`.
 *
 * @throws PW_MEDIA_OFFLINE naming all of them
 */
export function checkSearched(
  { searched }: Pick<LinkedTimeline, 'searched'>,
  find: (targetUrl: string) => MediaInfo | null,
): void {
  const others = searched.filter(({ targetUrl, wanted }) => {
    const info = find(targetUrl);
    return info !== null && !canBe(wanted, info);
  });
  if (others.length === 0) return;
  const lines = others.map(
    ({ name, path, where }) => `${decodedName(name)} (${where}): ${path} is not at its timecode, or too short`,
  );
  throw new PatchworkError('PW_MEDIA_OFFLINE', `media is offline: ${lines.join('; ')}`, {
    hint: 'Search where the right file is, or say that it is this one with --media-map OLD=NEW.',
    details: { media: others.map(({ name, path, where }) => ({ name, path, where })) },
  });
}

/**
 * Refuses missing media where nothing else says what the film is like: its first clip would give the raster.
 *
 * @throws PW_MEDIA_OFFLINE naming all of it
 */
export function checkOnline({ diagnostics }: LinkedTimeline): void {
  const offline = diagnostics.filter(({ code }) => code === 'PW_MEDIA_OFFLINE');
  const [first] = offline;
  if (first === undefined) return;
  throw new PatchworkError(
    'PW_MEDIA_OFFLINE',
    offline.map(({ message, where }) => `${message}${where === null ? '' : ` (${where})`}`).join('; '),
    {
      hint: 'Bring the files back, or point to them with --search DIR or --media-map OLD=NEW.',
      details: { media: offline.map(({ message, where }) => ({ message, where })) },
    },
  );
}
