import type { Draft, ItemChange } from './draft.ts';
import type { TrackItem } from '../items/track-item.ts';

/** Names an item's place before and after, so that linked picture and sound have one name. */
export function linkName({ old, next }: ItemChange): string {
  const place = (item: TrackItem | null): string => (item === null ? '' : `${item.record.in}-${item.record.out}`);
  const item = next ?? old;
  return `${place(old)} ${place(next)} ${item?.url ?? item?.name ?? ''}`;
}

/** Folds a change of a sound track into the same change of the picture it is linked to: one edit, two tracks. */
export function foldLinkedSound(drafts: readonly Draft[]): Draft[] {
  const nameOf = (draft: Draft): string => `${draft.kind} ${draft.text} ${draft.items.map(linkName).join(' | ')}`;
  const byName = new Map<string, number>();
  const folded: Draft[] = [];
  const isSound = ({ tracks }: Draft): boolean => tracks.length > 0 && tracks.every((track) => track.startsWith('A'));
  // Pictures first, so that the sound finds them.
  for (const draft of [...drafts.filter((one) => !isSound(one)), ...drafts.filter(isSound)]) {
    const at = byName.get(nameOf(draft));
    const picture = at === undefined ? undefined : folded[at];
    if (at !== undefined && picture !== undefined && isSound(draft)) {
      folded[at] = { ...picture, tracks: [...picture.tracks, ...draft.tracks] };
      continue;
    }
    if (!byName.has(nameOf(draft))) byName.set(nameOf(draft), folded.length);
    folded.push(draft);
  }
  return folded;
}
