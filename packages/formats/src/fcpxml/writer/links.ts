import { add, compare, equals, multiply, one, secondsFromTime, subtract, type Rational } from '@patchwork/time';
import { knownEffect, member, rationalFromDouble, unmodelledOf, type Effect, type Item } from '@patchwork/timeline';
import { linkOf } from '../../clip-metadata.ts';
import type { Piece, PieceTrack } from './pieces.ts';
import type { FileReference } from './resources.ts';

/** A piece of picture and the piece of sound that is written in the same element. */
export interface Links {
  soundOf(picture: Piece): Piece | null;
  isWrittenWithPicture(sound: Piece): boolean;
  /** A name for a link that the format cannot say; null for none. Counted in the order of the tracks. */
  hintOf(piece: Piece): string | null;
}

/** The file of an item, or null where it shows something else. */
export function fileOf(item: Item): FileReference | null {
  if (item.kind !== 'Clip') return null;
  const reference = item.mediaReferences.find(([key]) => key === item.activeMediaReferenceKey)?.[1];
  return reference?.kind === 'ExternalReference' || reference?.kind === 'MissingReference' ? reference : null;
}

/** Effects that change time. */
export function timeEffectsOf(item: Item): readonly Effect[] {
  return item.effects.filter(
    (effect) => effect.enabled && (effect.timeScalar !== null || knownEffect(effect)?.type === 'timeMap'),
  );
}

/** Media seconds per record second where it is one number, else null. */
export function constantSpeed(item: Item): Rational | null {
  const effects = timeEffectsOf(item);
  const [effect] = effects;
  if (effect === undefined) return one;
  if (effects.length > 1 || effect.timeScalar === null) return null;
  return effect.schemaName === 'FreezeFrame' ? { num: 0, den: 1 } : rationalFromDouble(effect.timeScalar);
}

function startOf(item: Item): Rational | null {
  return item.sourceRange === null ? null : secondsFromTime(item.sourceRange.start);
}

function sameSource(a: Item, b: Item): boolean {
  const [left, right] = [fileOf(a), fileOf(b)];
  if (left === null || right === null) return a.kind === 'Stack' && b.kind === 'Stack';
  const url = (reference: FileReference): string | null =>
    reference.kind === 'ExternalReference' ? reference.targetUrl : null;
  const range = (reference: FileReference): string | null =>
    reference.availableRange === null
      ? null
      : JSON.stringify([
          secondsFromTime(reference.availableRange.start),
          secondsFromTime(reference.availableRange.duration),
        ]);
  return url(left) === url(right) && left.name === right.name && range(left) === range(right);
}

/** Tells whether both run along the same line through the media. */
function sameTime(picture: Piece, sound: Piece): boolean {
  const [from, to] = [startOf(picture.item), startOf(sound.item)];
  if (from === null || to === null) return false;
  const delta = subtract(sound.start, picture.start);
  const speeds = [constantSpeed(picture.item), constantSpeed(sound.item)] as const;
  if (speeds[0] !== null && speeds[1] !== null) {
    const speed = speeds[0];
    const entry = (start: Rational, piece: Piece): Rational =>
      speed.num < 0 ? subtract(start, multiply(piece.duration, speed)) : start;
    return equals(speed, speeds[1]) && equals(entry(to, sound), add(entry(from, picture), multiply(delta, speed)));
  }
  const maps = [picture, sound].map(({ item }) => JSON.stringify(timeEffectsOf(item).map(knownEffect)));
  return speeds[0] === null && speeds[1] === null && maps[0] === maps[1] && equals(to, add(from, delta));
}

function canShare(picture: Piece, sound: Piece): boolean {
  const [a, b] = [picture.item, sound.item];
  // A choice of channels has an element of its own.
  const isChoice =
    member(b.metadata, 'fcpxml', 'element') === 'audio' && member(b.metadata, 'patchwork', 'channelMap') !== undefined;
  if (isChoice || unmodelledOf(b).some(({ label }) => label.startsWith('channel '))) return false;
  return (
    a.kind === b.kind &&
    a.name === b.name &&
    b.markers.length === 0 &&
    (a.enabled || !b.enabled) &&
    sameSource(a, b) &&
    sameTime(picture, sound)
  );
}

/** Transitions at one end are the same on both, or there are none. */
function sameEnd(picture: Piece, sound: Piece, end: 'head' | 'tail'): boolean {
  const [a, b] = [picture[end], sound[end]];
  if (a === null || b === null) return a === b || b === null;
  return (
    equals(secondsFromTime(a.inOffset), secondsFromTime(b.inOffset)) &&
    equals(secondsFromTime(a.outOffset), secondsFromTime(b.outOffset)) &&
    compare(end === 'head' ? picture.start : picture.end, end === 'head' ? sound.start : sound.end) === 0 &&
    a.name === b.name
  );
}

/** Pairs up linked pieces that one element can say. Sound whose crossfades the picture does not have stays alone. */
export function linksOf(pictures: readonly PieceTrack[], sounds: readonly PieceTrack[]): Links {
  const waiting = new Map<string, Piece>();
  for (const { pieces } of pictures) {
    for (const piece of pieces) {
      const link = linkOf(piece.item.metadata);
      if (link !== null && !waiting.has(link)) waiting.set(link, piece);
    }
  }
  const soundOf = new Map<Piece, Piece>();
  const pictureOf = new Map<Piece, Piece>();
  for (const { pieces } of sounds) {
    for (const sound of pieces) {
      const link = linkOf(sound.item.metadata);
      const picture = link === null ? undefined : waiting.get(link);
      if (picture === undefined || soundOf.has(picture) || !canShare(picture, sound)) continue;
      soundOf.set(picture, sound);
      pictureOf.set(sound, picture);
    }
  }
  dropMismatched(sounds, pictureOf, soundOf);
  const hints = hintsOf([...pictures, ...sounds], (piece) => soundOf.has(piece) || pictureOf.has(piece));
  return {
    soundOf: (picture) => soundOf.get(picture) ?? null,
    isWrittenWithPicture: (sound) => pictureOf.has(sound),
    hintOf: (piece) => hints.get(piece) ?? null,
  };
}

/** A crossfade joins two sounds: both stay with their pictures or neither does. Repeated until nothing changes. */
function dropMismatched(sounds: readonly PieceTrack[], pictureOf: Map<Piece, Piece>, soundOf: Map<Piece, Piece>): void {
  const drop = (sound: Piece): void => {
    const picture = pictureOf.get(sound);
    pictureOf.delete(sound);
    if (picture !== undefined) soundOf.delete(picture);
  };
  for (const { pieces } of sounds) {
    const group: Piece[] = [];
    const close = (): void => {
      const isWhole = group.every((sound) => {
        const picture = pictureOf.get(sound);
        return (
          sound.item.kind === 'Gap' ||
          (picture !== undefined && sameEnd(picture, sound, 'head') && sameEnd(picture, sound, 'tail'))
        );
      });
      if (!isWhole) group.forEach(drop);
      group.length = 0;
    };
    for (const piece of pieces) {
      if (piece.head === null && group.length > 0) close();
      group.push(piece);
    }
    close();
  }
}

/** Links with more than one member of which not all are said by sharing an element. */
function hintsOf(tracks: readonly PieceTrack[], isShared: (piece: Piece) => boolean): Map<Piece, string> {
  const members = new Map<string, Piece[]>();
  for (const { pieces } of tracks) {
    for (const piece of pieces) {
      const link = linkOf(piece.item.metadata);
      if (link !== null) members.set(link, [...(members.get(link) ?? []), piece]);
    }
  }
  const hints = new Map<Piece, string>();
  let count = 0;
  for (const pieces of members.values()) {
    if (pieces.length < 2 || pieces.every(isShared)) continue;
    count += 1;
    for (const piece of pieces) hints.set(piece, `shared${count}`);
  }
  return hints;
}
