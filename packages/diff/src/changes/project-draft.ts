import { canonicalJson, type Json } from '@patchwork/kernel';
import { formatRational, multiply, rational, secondsFromTime, type Rate } from '@patchwork/time';
import { member, plainJson, withMember, type Item, type JsonObject, type Timeline } from '@patchwork/timeline';
import type { SettingDifference } from '@patchwork/plan';
import type { Canvas } from '@patchwork/program';
import type { ChangeKind, Department, ValueChange } from './change.ts';
import { everywhere, type Draft } from './draft.ts';
import { effectChanges } from './effect-change.ts';
import { gapMarkDraft } from './gap-mark-draft.ts';
import { jsonDifference } from './json-difference.ts';
import { movedText } from './moved-track.ts';
import { timecodeText } from './place.ts';
import { markersText, markerWords } from './item-change.ts';
import type { Layout } from './position-draft.ts';
import { unmodelledChanges } from './said-change.ts';
import type { TrackView } from '../items/track-item.ts';
import { pairTracks } from '../match/pair-tracks.ts';

/** Settings of the whole timeline and of its tracks. */
export function projectDrafts(
  old: Timeline,
  next: Timeline,
  canvases: readonly [Canvas | null, Canvas | null],
  layout: Layout,
): Draft[] {
  return [
    ...canvasDrafts(canvases, [old, next]),
    ...startDrafts(old, next, layout.rate),
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
function startDrafts(old: Timeline, next: Timeline, rate: Rate): Draft[] {
  const start = ({ globalStartTime }: Timeline, dropFrame: boolean): string => {
    const frame = globalStartTime === null ? rational(0) : multiply(secondsFromTime(globalStartTime), rate);
    return frame.den === 1
      ? timecodeText(frame.num, rate, dropFrame)
      : `${formatRational(secondsFromTime(globalStartTime ?? zeroTime))} s`;
  };
  const counting = (timeline: Timeline): string => (dropsFrames(timeline) ? 'drop frame' : 'non-drop frame');
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
    // In one counting: that it is another one is told for itself.
    ...numbering('timeline.start', start(old, dropsFrames(next)), start(next, dropsFrames(next))),
    ...numbering('timeline.timecode', counting(old), counting(next)),
  ];
}

const zeroTime = { value: rational(0), rate: rational(1) };

function dropsFrames({ metadata }: Timeline): boolean {
  return member(metadata, 'patchwork', 'dropFrame') === true;
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
  const [a, b] = [plain(old), plain(next)];
  if (canonicalJson(a) !== canonicalJson(b)) {
    const paths = metadataChanges([old.metadata, next.metadata], [old.tracks.metadata, next.tracks.metadata]);
    add(`timeline metadata changed: ${paths}`, 'timeline.metadata', a, b);
  }
  add('timeline colour changed', 'timeline.color', colorOf(old.tracks), colorOf(next.tracks));
  add(
    `timeline ${next.tracks.enabled ? 'enabled' : 'disabled'}`,
    'timeline.enabled',
    old.tracks.enabled,
    next.tracks.enabled,
  );
  return drafts;
}

/** Names of what differs, each once. */
function metadataChanges(...pairs: readonly (readonly [JsonObject, JsonObject])[]): string {
  const names = pairs.flatMap(([a, b]) => metadataValues(a, b).map(({ name }) => name));
  return [...new Set(names)].join(', ');
}

/** All that differs but what is compared by its meaning. */
function metadataValues(old: JsonObject, next: JsonObject): ValueChange[] {
  const [a, b] = [old, next].map((data) => plainJson(withMember(data, ['patchwork'], undefined)));
  return jsonDifference(a ?? {}, b ?? {});
}

function colorOf({ color }: Item): Json {
  return color === null ? null : plainJson(color);
}

function trackListDrafts({ old, next, rate, matching }: Layout): Draft[] {
  const drafts: Draft[] = [];
  const departmentOf = (track: TrackView): 'picture' | 'sound' => (track.label.startsWith('A') ? 'sound' : 'picture');
  const pairs = pairTracks(old, next);
  for (const [at, track] of next.entries()) {
    const from = pairs[at] ?? null;
    const before = from === null ? undefined : old[from];
    if (before === undefined) {
      const values = [{ name: 'name', old: null, new: track.node.name }];
      drafts.push({ ...whole('track', 'metadata', `track ${track.label} added`, [track.label]), values });
      continue;
    }
    // Its clips tell it, where it has any.
    const isToldByClips = before.items.some((item) => matching.newOf(item)?.record.in === item.record.in);
    if (before.label !== track.label && !isToldByClips) {
      const values = [{ name: 'track', old: before.label, new: track.label }];
      const text = movedText(before.label, track.label);
      drafts.push({ ...whole('track', 'metadata', text, [track.label]), values });
    }
    const gaps = gapMarkDraft(before, track, rate);
    drafts.push(...stateDrafts(before, track, departmentOf(track), rate), ...(gaps === null ? [] : [gaps]));
  }
  for (const [at, track] of old.entries()) {
    if (pairs.includes(at)) continue;
    const values = [{ name: 'name', old: track.node.name, new: null }];
    drafts.push({ ...whole('track', 'metadata', `track ${track.label} removed`, [track.label]), values });
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
  const [a, b] = [colorOf(old.node), colorOf(next.node)];
  if (canonicalJson(a) !== canonicalJson(b)) {
    const text = `track ${next.label} colour changed`;
    drafts.push({ ...whole('metadata', 'metadata', text, tracks), values: [{ name: 'color', old: a, new: b }] });
  }
  const values = metadataValues(old.node.metadata, next.node.metadata);
  if (values.length > 0) {
    const text = `track ${next.label} metadata changed: ${values.map(({ name }) => name).join(', ')}`;
    drafts.push({ ...whole('metadata', 'metadata', text, tracks), values });
  }
  return drafts;
}
