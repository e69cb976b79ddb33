import type { FrameRange } from '@patchwork/time';
import type { Json } from '@patchwork/kernel';
import { plainJson } from '@patchwork/timeline';
import type { ValueChange } from './change.ts';
import type { Draft } from './draft.ts';
import { jsonDifference } from './json-difference.ts';
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
  if (old.node.enabled !== next.node.enabled) return `${wordOf(next)} switched ${next.node.enabled ? 'on' : 'off'}`;
  if (old.node.name !== next.node.name) return `${wordOf(next)} ${renamed(old.node.name, next.node.name)}`;
  const paths = jsonDifference(metadataOf(old), metadataOf(next)).map(({ name }) => name);
  return paths.length === 0 ? null : `${wordOf(next)} metadata changed: ${paths.join(', ')}`;
}

function renamed(from: string, to: string): string {
  return from === '' ? `named ${to}` : to === '' ? `lost its name ${from}` : `renamed ${from} → ${to}`;
}

function metadataOf({ node }: TransitionView): Json {
  return plainJson(node.metadata);
}

/** All that is said of a transition; of two, what differs, and the length in any case. */
function valuesOf(old: TransitionView | null, next: TransitionView | null): ValueChange[] {
  const facts = (cut: TransitionView | null): { readonly [name: string]: Json } =>
    cut === null
      ? {}
      : {
          length: lengthOf(cut),
          type: cut.node.transitionType,
          alignment: `${cut.before}+${cut.after}`,
          enabled: cut.node.enabled,
          name: cut.node.name,
        };
  const [a, b] = [facts(old), facts(next)];
  const names = ['length', 'type', 'alignment', 'enabled', 'name'] as const;
  const values = names.map((name) => ({ name, old: a[name] ?? null, new: b[name] ?? null }));
  const isOne = old !== null && next !== null;
  const told = values.filter(({ name, old: was, new: is }) =>
    isOne ? name === 'length' || was !== is : name === 'length' || name === 'type' || name === 'alignment',
  );
  return isOne ? [...told, ...jsonDifference(metadataOf(old), metadataOf(next))] : told;
}

/** Marks alone: no picture differs. */
function isMark(old: TransitionView | null, next: TransitionView | null): boolean {
  return (
    old !== null &&
    next !== null &&
    old.node.transitionType === next.node.transitionType &&
    old.before === next.before &&
    old.after === next.after &&
    old.node.enabled === next.node.enabled
  );
}

function draftOf(old: TransitionView | null, next: TransitionView | null, text: string): Draft {
  const cut = next ?? old;
  const rangeOf = (view: TransitionView | null): FrameRange[] =>
    view === null || view.track.startsWith('A') ? [] : [{ in: view.at - view.before, out: view.at + view.after }];
  const around = (view: TransitionView | null): TrackItem[] =>
    [view?.left, view?.right].filter((item) => item !== null && item !== undefined);
  const [was, is] = [around(old), around(next)];
  // Of a changed one each side has its own clips, in their order; one that is at its cut alone stands for it.
  const items = Array.from({ length: Math.max(was.length, is.length) }, (_, at) => ({
    old: was[at] ?? null,
    next: is[at] ?? null,
  }));
  if (isMark(old, next)) {
    const values = valuesOf(old, next);
    const tracks = cut === null ? [] : [cut.track];
    const extent = [...rangeOf(old), ...rangeOf(next)];
    const extents = { ownExtent: extent, newExtent: extent, oldExtent: rangeOf(old) };
    return { kind: 'metadata', department: 'metadata', text, items, tracks, delta: null, values, ...extents };
  }
  return {
    kind: 'transition',
    department: cut?.track.startsWith('A') === true ? 'sound' : 'picture',
    text,
    items,
    tracks: cut === null ? [] : [cut.track],
    delta: old !== null && next !== null ? lengthOf(next) - lengthOf(old) : null,
    values: valuesOf(old, next),
    ownExtent: [...rangeOf(old), ...rangeOf(next)],
    newExtent: [...rangeOf(old), ...rangeOf(next)],
    oldExtent: rangeOf(old),
  };
}
