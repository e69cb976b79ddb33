import { canonicalJson, type Json } from '@patchwork/kernel';
import { formatRational, secondsFromTime, type Rate } from '@patchwork/time';
import { member, plainJson, withMember, type Timeline } from '@patchwork/timeline';
import type { SettingDifference } from '@patchwork/plan';
import type { Canvas } from '@patchwork/program';
import type { ChangeKind, Department } from './change.ts';
import { everywhere, type Draft } from './draft.ts';
import { effectChanges } from './effect-change.ts';
import { jsonDifference } from './json-difference.ts';
import { markersText, markerWords } from './item-change.ts';
import type { Layout } from './position-draft.ts';
import { unmodelledChanges } from './said-change.ts';
import type { TrackView } from '../items/track-item.ts';

/** Settings of the whole timeline and of its tracks. */
export function projectDrafts(
  old: Timeline,
  next: Timeline,
  canvases: readonly [Canvas | null, Canvas | null],
  layout: Layout,
): Draft[] {
  return [
    ...canvasDrafts(canvases, [old, next]),
    ...startDrafts(old, next),
    ...effectChanges(old.tracks.effects, next.tracks.effects, layout.rate).map((change) => ({
      ...whole(change.kind, change.department, change.text),
      values: change.values,
    })),
    ...[...unmodelledChanges(old, next), ...unmodelledChanges(old.tracks, next.tracks)].map((change) => ({
      ...whole(change.kind, change.department, change.text),
      values: change.values,
    })),
    ...namesDrafts(old, next),
    ...trackListDrafts(layout),
  ];
}

function whole(kind: ChangeKind, department: Department, text: string, tracks: readonly string[] = []): Draft {
  const extent = department === 'metadata' || department === 'sound' ? [] : everywhere;
  return {
    kind,
    department,
    text,
    items: [],
    tracks,
    delta: null,
    values: [],
    ownExtent: extent,
    newExtent: extent,
    oldExtent: extent,
  };
}

function setting(text: string, name: string, a: Json, b: Json): Draft {
  return { ...whole('project', 'picture', text), values: [{ name, old: a, new: b }] };
}

/** Settings of the deliverable: how frames are encoded, and what they are wrapped in. */
export function settingDrafts(settings: readonly SettingDifference[]): Draft[] {
  return settings.map(({ key, old, new: next, domain }) => ({
    ...whole('deliverable', domain === 'sound' ? 'sound' : 'picture', `${key} ${old} → ${next}`),
    values: [{ name: key, old, new: next }],
    // The pictures that the timeline asks for are the same ones.
    ownExtent: [],
    newExtent: [],
    oldExtent: [],
  }));
}

/** Another rate of the timeline: all of it is counted and shown otherwise. */
export function rateDrafts(old: Rate, next: Rate): Draft[] {
  const [a, b] = [old, next].map(({ num, den }) => `${num}/${den}`);
  if (a === undefined || b === undefined || a === b) return [];
  return [setting(`timeline.rate ${a} → ${b}`, 'timeline.rate', a, b)];
}

function canvasDrafts(
  [old, next]: readonly [Canvas | null, Canvas | null],
  timelines: readonly [Timeline, Timeline],
): Draft[] {
  if (old === null || next === null) return saidCanvasDrafts(timelines);
  const drafts: Draft[] = [];
  const size = (canvas: Canvas): string => `${canvas.width}x${canvas.height}`;
  if (size(old) !== size(next))
    drafts.push(setting(`timeline.raster ${size(old)} → ${size(next)}`, 'timeline.raster', size(old), size(next)));
  const [a, b] = [canonicalJson(old.color as unknown as Json), canonicalJson(next.color as unknown as Json)];
  if (a !== b) drafts.push(setting('timeline.color changed', 'timeline.color', a, b));
  return drafts;
}

/** Raster and colour as the files say them, where a side was not compiled. The rate is told for itself. */
function saidCanvasDrafts(timelines: readonly [Timeline, Timeline]): Draft[] {
  const [a, b] = timelines.map(({ metadata }): Json => {
    const canvas = member(metadata, 'patchwork', 'canvas');
    return canvas === undefined ? null : plainJson(canvas);
  });
  return jsonDifference(a ?? null, b ?? null, 'timeline.canvas')
    .filter(({ name }) => name !== 'timeline.canvas.rate')
    .map(({ name, old, new: next }) =>
      setting(`${name} ${canonicalJson(old)} → ${canonicalJson(next)}`, name, old, next),
    );
}

/** How frames are numbered. No picture changes by it, unless a burn-in shows the numbers. */
function startDrafts(old: Timeline, next: Timeline): Draft[] {
  const start = ({ globalStartTime }: Timeline): string =>
    globalStartTime === null ? '0 s' : `${formatRational(secondsFromTime(globalStartTime))} s`;
  const counting = ({ metadata }: Timeline): string =>
    member(metadata, 'patchwork', 'dropFrame') === true ? 'drop frame' : 'non-drop frame';
  const numbering = (name: string, a: string, b: string): Draft[] => {
    if (a === b) return [];
    const made = whole('project', 'metadata', `${name} ${a} → ${b}`);
    return [
      {
        ...made,
        values: [{ name, old: a, new: b }],
        ownExtent: everywhere,
        newExtent: everywhere,
        oldExtent: everywhere,
      },
    ];
  };
  return [
    ...numbering('timeline.start', start(old), start(next)),
    ...numbering('timeline.timecode', counting(old), counting(next)),
  ];
}

function namesDrafts(old: Timeline, next: Timeline): Draft[] {
  const drafts: Draft[] = [];
  const add = (text: string, name: string, a: Json, b: Json): void => {
    if (canonicalJson(a) !== canonicalJson(b))
      drafts.push({ ...whole('metadata', 'metadata', text), values: [{ name, old: a, new: b }] });
  };
  add(`timeline renamed ${old.name} → ${next.name}`, 'timeline.name', old.name, next.name);
  const [before, after] = [markersText(old.tracks.markers), markersText(next.tracks.markers)];
  add(`timeline ${markerWords(before.length, after.length)}`, 'timeline.markers', before, after);
  const plain = (timeline: Timeline): Json =>
    [timeline.metadata, timeline.tracks.metadata].map((data) => plainJson(withMember(data, ['patchwork'], undefined)));
  add('timeline metadata changed', 'timeline.metadata', plain(old), plain(next));
  return drafts;
}

function trackListDrafts({ old, next, rate }: Layout): Draft[] {
  const drafts: Draft[] = [];
  const departmentOf = (track: TrackView): 'picture' | 'sound' => (track.label.startsWith('A') ? 'sound' : 'picture');
  for (const track of next) {
    const before = old.find(({ label }) => label === track.label);
    if (before === undefined) drafts.push(whole('track', 'metadata', `track ${track.label} added`, [track.label]));
    else drafts.push(...stateDrafts(before, track, departmentOf(track), rate));
  }
  for (const track of old) {
    if (!next.some(({ label }) => label === track.label))
      drafts.push(whole('track', 'metadata', `track ${track.label} removed`, [track.label]));
  }
  return drafts;
}

function stateDrafts(old: TrackView, next: TrackView, department: 'picture' | 'sound', rate: Rate): Draft[] {
  const drafts: Draft[] = [];
  const tracks = [next.label];
  if (old.node.enabled !== next.node.enabled) {
    const word =
      department === 'sound' ? (next.node.enabled ? 'unmuted' : 'muted') : next.node.enabled ? 'enabled' : 'disabled';
    drafts.push({
      ...whole('track', department, `track ${next.label} ${word}`, tracks),
      values: [{ name: 'enabled', old: old.node.enabled, new: next.node.enabled }],
    });
  }
  const looks = [
    ...effectChanges(old.node.effects, next.node.effects, rate),
    ...unmodelledChanges(old.node, next.node),
  ];
  for (const change of looks) {
    drafts.push({
      ...whole(change.kind, change.department, `track ${next.label}: ${change.text}`, tracks),
      values: change.values,
    });
  }
  if (old.node.name !== next.node.name) {
    drafts.push({
      ...whole('metadata', 'metadata', `track ${next.label} renamed ${old.node.name} → ${next.node.name}`, tracks),
      values: [{ name: 'name', old: old.node.name, new: next.node.name }],
    });
  }
  const [before, after] = [markersText(old.node.markers), markersText(next.node.markers)];
  if (canonicalJson(before) !== canonicalJson(after)) {
    drafts.push({
      ...whole('metadata', 'metadata', `track ${next.label} ${markerWords(before.length, after.length)}`, tracks),
      values: [{ name: 'markers', old: before, new: after }],
    });
  }
  return drafts;
}
