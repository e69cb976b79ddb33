import { canonicalJson, type Json } from '@patchwork/kernel';
import { formatRational, multiply, type Rate } from '@patchwork/time';
import {
  activeReferenceOrNull,
  emptyObject,
  knownEffect,
  member,
  plainJson,
  withMember,
  type Marker,
} from '@patchwork/timeline';
import { effectChanges, type AspectChange } from './effect-change.ts';
import { jsonDifference } from './json-difference.ts';
import { isVersionPair } from '../items/likeness.ts';
import { versionOf } from '../items/name-version.ts';
import { saidChanges } from './said-change.ts';
import { seenChanges } from './seen-change.ts';
import { isTitle, titleChanges } from './title-change.ts';
import { isSameSpeed, speedText, type TrackItem } from '../items/track-item.ts';

/** Whether nothing can differ; most clips of most timelines end here. */
function isPlainSame(old: TrackItem, next: TrackItem): boolean {
  if (old.media !== next.media || old.url !== next.url) return false;
  if (old.node === next.node) return true;
  const isBare = ({ node }: TrackItem): boolean =>
    node.effects.length === 0 &&
    node.markers.length === 0 &&
    node.color === null &&
    node.metadata.entries.length === 0 &&
    node.kind === 'Clip' &&
    (activeReferenceOrNull(node)?.metadata.entries.length ?? 0) === 0;
  return (
    old.name === next.name &&
    old.node.enabled === next.node.enabled &&
    isBare(old) &&
    isBare(next) &&
    mediaRateOf(old) === mediaRateOf(next)
  );
}

/** Everything in which two matched items differ besides their edges and place. */
export function itemChanges(old: TrackItem, next: TrackItem, rate: Rate): AspectChange[] {
  if (isPlainSame(old, next)) return [];
  const areTitles = isTitle(old) && isTitle(next);
  const media = areTitles ? titleChanges(old, next) : mediaChanges(old, next);
  const effects = [...speedChanges(old, next, rate), ...effectChanges(old.node.effects, next.node.effects, rate)];
  const isOtherFile = media.some(({ kind }) => kind === 'replace' || kind === 'version');
  return [
    ...media,
    ...effects,
    ...enabledChanges(old, next),
    ...(areTitles ? [] : saidChanges(old.node, next.node)),
    // What the timeline says of a clip's effects, Resolve's digest of them says again.
    ...seenChanges(old.node, next.node).filter(({ kind }) => kind !== 'effect' || effects.length === 0),
    ...routeChanges(old, next),
    // A new version or another file brings its own name.
    ...cosmeticChanges(old, next).filter(({ values }) => !isOtherFile || values[0]?.name !== 'name'),
  ];
}

function mediaChanges(old: TrackItem, next: TrackItem): AspectChange[] {
  if (old.media === next.media && old.url === next.url) return interpretationChanges(old, next);
  const department = departmentOf(next);
  const values = [{ name: 'media', old: old.url ?? old.media, new: next.url ?? next.media }];
  if (old.url === null || next.url === null) {
    if (old.url === null && next.url === null && old.media.startsWith('compound ')) return [];
    const isGenerator = old.url === null && next.url === null;
    return [
      isGenerator
        ? { kind: 'title', department: 'titles', text: 'generator changed', values }
        : { kind: 'replace', department, text: `replaced by ${nameOf(next)}`, values },
    ];
  }
  if (old.url === next.url)
    return [
      {
        kind: 'content',
        department,
        text: 'content changed, same path',
        values: [{ name: 'content', old: old.media, new: next.media }],
      },
    ];
  // A digest on both sides, and the same one: `media` is the URL where no digest is known.
  if (old.media === next.media)
    return [{ kind: 'relink', department: 'metadata', text: `relinked, same content: ${next.url}`, values }];
  if (isVersionPair(old, next)) {
    const [a, b] = [versionOf(old.url), versionOf(next.url)];
    const text =
      a.version === null || b.version === null ? `${old.name} → ${next.name}` : `v${a.version} → v${b.version}`;
    return [{ kind: 'version', department: 'vfx', text: `version ${text}`, values }];
  }
  return [{ kind: 'replace', department, text: `replaced by ${nameOf(next)}`, values }];
}

/** The same file taken to run at another rate. */
function interpretationChanges(old: TrackItem, next: TrackItem): AspectChange[] {
  const [a, b] = [mediaRateOf(old), mediaRateOf(next)];
  if (a === b || a === null || b === null) return [];
  const text = `interpretation changed: ${a} → ${b}`;
  return [
    { kind: 'interpretation', department: departmentOf(next), text, values: [{ name: 'media rate', old: a, new: b }] },
  ];
}

/** The rate at which the timeline counts a file's frames; null where it does not say. */
function mediaRateOf({ node }: TrackItem): string | null {
  const reference = node.kind === 'Clip' ? activeReferenceOrNull(node) : null;
  if (reference === null || reference.kind === 'Unknown' || reference.availableRange === null) return null;
  const { rate } = reference.availableRange.start;
  return `${rate.num}/${rate.den}`;
}

function nameOf(item: TrackItem): string {
  const file = item.url === null ? '' : item.url.slice(item.url.lastIndexOf('/') + 1);
  return file === '' ? item.name : file;
}

/** Picture or sound, by the track. */
export function departmentOf(item: TrackItem): 'picture' | 'sound' {
  return item.track.startsWith('A') ? 'sound' : 'picture';
}

function speedChanges(old: TrackItem, next: TrackItem, rate: Rate): AspectChange[] {
  if (isSameSpeed(old.speed, next.speed)) {
    if (next.speed.kind !== 'freeze' || formatRational(old.start) === formatRational(next.start)) return [];
    const [a, b] = [old, next].map((item) => formatRational(multiply(item.start, rate)));
    return [
      {
        kind: 'retime',
        department: 'picture',
        text: `freeze frame ${a} → ${b}`,
        values: [{ name: 'freeze frame', old: a ?? '', new: b ?? '' }],
      },
    ];
  }
  const [a, b] = [speedText(old.speed), speedText(next.speed)];
  const length = [old, next].map(({ record }) => record.out - record.in);
  const longer = length[0] === length[1] ? '' : `, ${length[0]} → ${length[1]} frames`;
  const text = `${a === b ? `retime ${a} changed` : `retime ${a} → ${b}`}${longer}`;
  const values = [{ name: 'speed', old: speedValue(old), new: speedValue(next) }];
  return [{ kind: 'retime', department: departmentOf(next), text, values }];
}

/** A speed in words; a ramp by its points, as a step spells them: own seconds, media seconds. */
function speedValue({ speed, node }: TrackItem): Json {
  if (speed.kind !== 'ramp') return speedText(speed);
  for (const effect of node.effects) {
    const known = effect.enabled ? knownEffect(effect) : null;
    if (known?.type === 'timeMap')
      return known.points.map(({ time, value }): Json => [formatRational(time), formatRational(value)]);
  }
  return speedText(speed);
}

function enabledChanges(old: TrackItem, next: TrackItem): AspectChange[] {
  if (old.node.enabled === next.node.enabled) return [];
  const values = [{ name: 'enabled', old: old.node.enabled, new: next.node.enabled }];
  const text = next.node.enabled ? 'enabled' : 'disabled';
  return [{ kind: 'enabled', department: departmentOf(next), text, values }];
}

/** What of a clip's file is heard, where its metadata says so. */
function routeChanges(old: TrackItem, next: TrackItem): AspectChange[] {
  const routeOf = ({ node }: TrackItem, name: string): Json => {
    const value = member(node.metadata, 'patchwork', name);
    return value === undefined ? null : plainJson(value);
  };
  return (['soundStream', 'channelMap'] as const).flatMap((name): AspectChange[] => {
    const [a, b] = [routeOf(old, name), routeOf(next, name)];
    if (canonicalJson(a) === canonicalJson(b)) return [];
    const word = (value: Json): string => (value === null ? 'as in the file' : canonicalJson(value));
    const label = name === 'soundStream' ? 'audio stream' : 'audio channels';
    return [
      {
        kind: 'route',
        department: 'sound',
        text: `${label} ${word(a)} → ${word(b)}`,
        values: [{ name: label, old: a, new: b }],
      },
    ];
  });
}

function cosmeticChanges(old: TrackItem, next: TrackItem): AspectChange[] {
  const changes: AspectChange[] = [];
  const tell = (text: string, name: string, a: Json, b: Json): void => {
    if (a === b || canonicalJson(a) === canonicalJson(b)) return;
    changes.push({ kind: 'metadata', department: 'metadata', text, values: [{ name, old: a, new: b }] });
  };
  tell(`renamed ${old.name} → ${next.name}`, 'name', old.name, next.name);
  tell('clip colour changed', 'color', colorOf(old), colorOf(next));
  const [a, b] = [old.node.markers, next.node.markers];
  if (a.length > 0 || b.length > 0) tell(markerWords(a.length, b.length), 'markers', markersText(a), markersText(b));
  const values = jsonDifference(metadataOf(old), metadataOf(next));
  if (values.length > 0) {
    const text = `metadata changed: ${values.map((value) => value.name).join(', ')}`;
    changes.push({ kind: 'metadata', department: 'metadata', text, values });
  }
  return changes;
}

function colorOf(item: TrackItem): Json {
  return item.node.color === null ? null : plainJson(item.node.color);
}

/** Markers as comparable values. */
export function markersText(markers: readonly Marker[]): Json[] {
  return markers.map((marker) => ({
    name: marker.name,
    comment: marker.comment,
    color: typeof marker.color === 'string' || marker.color === null ? marker.color : plainJson(marker.color),
    start: `${formatRational(marker.markedRange.start.value)} at ${formatRational(marker.markedRange.start.rate)}`,
    duration: `${formatRational(marker.markedRange.duration.value)} at ${formatRational(marker.markedRange.duration.rate)}`,
  }));
}

/** `marker added`, `marker removed`, `marker changed`. */
export function markerWords(before: number, after: number): string {
  return `marker ${before < after ? 'added' : before > after ? 'removed' : 'changed'}`;
}

/** All metadata of a clip and its media, but what is compared by its meaning (`patchwork`). */
function metadataOf(item: TrackItem): Json {
  const reference = item.node.kind === 'Clip' ? activeReferenceOrNull(item.node) : null;
  // A title's words as its file spells them say again what the title says.
  const said = isTitle(item) ? withMember(item.node.metadata, ['fcpxml', 'xml'], undefined) : item.node.metadata;
  const [own, media] = [said, reference?.metadata ?? emptyObject].map((object) =>
    withMember(object, ['patchwork'], undefined),
  );
  if (own === undefined || media === undefined || own.entries.length + media.entries.length === 0) return {};
  const ownFields = plainJson(own) as { readonly [key: string]: Json };
  return media.entries.length === 0 ? ownFields : { ...ownFields, media: plainJson(media) };
}
