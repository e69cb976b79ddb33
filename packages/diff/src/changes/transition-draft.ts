import type { FrameRange } from '@patchwork/time';
import type { Draft } from './draft.ts';
import { counted } from './number-text.ts';
import type { Layout } from './position-draft.ts';
import type { TrackItem, TransitionView } from '../items/track-item.ts';

/** Transitions that came, went or changed. They belong to the cut between two clips, wherever it stands now. */
export function transitionDrafts({ old, next, matching }: Layout): Draft[] {
  const after = next.flatMap(({ cuts }) => cuts);
  const taken = new Set<TransitionView>();
  const followed = (item: TrackItem | null): TrackItem | null => (item === null ? null : matching.newOf(item));
  const drafts = old
    .flatMap(({ cuts }) => cuts)
    .flatMap((cut): Draft[] => {
      const [left, right] = [followed(cut.left), followed(cut.right)];
      const same = after.find((other) => !taken.has(other) && isAtCut(other, left, right));
      if (same === undefined)
        return [draftOf(cut, null, `${wordOf(cut)} removed (${counted(lengthOf(cut), 'frame')})`)];
      taken.add(same);
      const text = changeText(cut, same);
      return text === null ? [] : [draftOf(cut, same, text)];
    });
  const added = after.filter((cut) => !taken.has(cut));
  return [
    ...drafts,
    ...added.map((cut) => draftOf(null, cut, `${wordOf(cut)} added (${counted(lengthOf(cut), 'frame')})`)),
  ];
}

function isAtCut(cut: TransitionView, left: TrackItem | null, right: TrackItem | null): boolean {
  return (right !== null && cut.right === right) || (left !== null && cut.left === left);
}

function lengthOf(cut: TransitionView): number {
  return cut.before + cut.after;
}

function wordOf(cut: TransitionView): string {
  return cut.node.transitionType === 'SMPTE_Dissolve' ? 'dissolve' : `transition ${cut.node.transitionType}`;
}

function changeText(old: TransitionView, next: TransitionView): string | null {
  if (old.node.transitionType !== next.node.transitionType)
    return `transition ${old.node.transitionType} → ${next.node.transitionType}`;
  if (lengthOf(old) !== lengthOf(next)) return `${wordOf(next)} ${lengthOf(old)} → ${lengthOf(next)} frames`;
  if (old.before !== next.before)
    return `${wordOf(next)} alignment ${old.before}+${old.after} → ${next.before}+${next.after}`;
  return old.node.enabled === next.node.enabled ? null : `${wordOf(next)} switched ${next.node.enabled ? 'on' : 'off'}`;
}

function draftOf(old: TransitionView | null, next: TransitionView | null, text: string): Draft {
  const cut = next ?? old;
  const rangeOf = (view: TransitionView | null): FrameRange[] =>
    view === null || view.track.startsWith('A') ? [] : [{ in: view.at - view.before, out: view.at + view.after }];
  const around = (view: TransitionView | null): TrackItem[] =>
    [view?.left, view?.right].filter((item) => item !== null && item !== undefined);
  const items =
    next !== null
      ? around(next).map((item) => ({ old: null, next: item }))
      : around(old).map((item) => ({ old: item, next: null }));
  return {
    kind: 'transition',
    department: cut?.track.startsWith('A') === true ? 'sound' : 'picture',
    text,
    items,
    tracks: cut === null ? [] : [cut.track],
    delta: old !== null && next !== null ? lengthOf(next) - lengthOf(old) : null,
    values: [{ name: 'length', old: old === null ? null : lengthOf(old), new: next === null ? null : lengthOf(next) }],
    ownExtent: [...rangeOf(old), ...rangeOf(next)],
    newExtent: [...rangeOf(old), ...rangeOf(next)],
    oldExtent: rangeOf(old),
  };
}
