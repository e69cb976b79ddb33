import { canonicalJson } from '@patchwork/kernel';
import type { Draft } from './draft.ts';
import { counted } from './number-text.ts';

/** Fewer clips than this are told one by one. */
const fewest = 4;

/**
 * Tells a mark that changed on many clips once: after an edit that broke links, every clip behind it has another link
 * number, and nobody wants to read that nine hundred times. `metadata changed on 912 clips: Resolve_OTIO.Link Group ID`.
 * So is a group's grade, which is one thing on all of its members: `group grade "Night" changed on 12 clips`.
 */
export function foldMetadata(drafts: readonly Draft[]): Draft[] {
  const groups = new Map<string, Draft[]>();
  for (const draft of drafts) {
    if (!isFoldable(draft)) continue;
    const group = groups.get(draft.text);
    if (group === undefined) groups.set(draft.text, [draft]);
    else group.push(draft);
  }
  return drafts.flatMap((draft) => {
    const group = isFoldable(draft) ? (groups.get(draft.text) ?? []) : [];
    if (group.length < (isGroupGrade(draft) ? 2 : fewest)) return [draft];
    return group[0] === draft ? [folded(draft, group)] : [];
  });
}

function isFoldable(draft: Draft): boolean {
  return isGroupGrade(draft) || (draft.kind === 'metadata' && draft.text.startsWith('metadata changed'));
}

function isGroupGrade({ kind, text }: Draft): boolean {
  return kind === 'grade' && text.startsWith('group grade ');
}

function folded(first: Draft, group: readonly Draft[]): Draft {
  const items = group.flatMap((draft) => draft.items);
  const isOne = group.every(({ values }) => canonicalJson(plainOf(values)) === canonicalJson(plainOf(first.values)));
  return {
    ...first,
    text: isGroupGrade(first)
      ? `${first.text} on ${counted(items.length, 'clip')}`
      : first.text.replace('metadata changed', `metadata changed on ${counted(items.length, 'clip')}`),
    items,
    tracks: [...new Set(group.flatMap(({ tracks }) => tracks))],
    values: isOne ? first.values : [],
    ownExtent: group.flatMap(({ ownExtent }) => ownExtent),
    newExtent: group.flatMap(({ newExtent }) => newExtent),
    oldExtent: group.flatMap(({ oldExtent }) => oldExtent),
  };
}

function plainOf(values: Draft['values']): { readonly name: string; readonly old: string; readonly new: string }[] {
  return values.map((value) => ({ name: value.name, old: canonicalJson(value.old), new: canonicalJson(value.new) }));
}
