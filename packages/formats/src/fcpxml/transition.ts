import { add, equals, formatRational, multiply, rational, subtract, type Rational } from '@patchwork/time';
import { unmodelledOf, withMember, withUnmodelled, type Unmodelled } from '@patchwork/timeline';
import type { Moment } from '../diagnostics.ts';
import { attribute, childElement, childElements, type XmlElement } from '../xml/element.ts';
import { inlineElement } from '../xml/write.ts';
import { canonicalEffect } from './canonical.ts';
import { timeAttribute } from './clip-frame.ts';
import type { Placed, Spot } from './spot.ts';
import type { PlainObject } from './nodes.ts';
import type { Reading } from './reading.ts';
import { compareLanes, type Placement, type TrackKind } from './scene.ts';

/** Between what a transition stands. Times are seconds of the scene. */
export interface TransitionPlace {
  readonly spot: Spot;
  readonly before: Placed | null;
  readonly after: Placed | null;
  readonly cut: Rational;
  recordFromOffset(offset: Rational): Rational;
}

/** With its reach before and after the cut. */
interface JoinedPlace extends TransitionPlace {
  readonly inOffset: Rational;
  readonly outOffset: Rational;
}

/** Final Cut's and Resolve's plain dissolve. */
const crossDissolveUid = '4731E73A-8DAC-4113-9A30-AE85B1761265';

/** A dissolve's parameters at which it is the plain linear one. */
const plainParams: ReadonlyMap<string, RegExp> = new Map([
  ['look', /^11\b/],
  ['amount', /^50$/],
  ['ease', /./],
  ['ease amount', /^0$/],
  ['disabledrt', /./],
]);

/** What the transition's filter does, as far as the model can say it. */
interface Kind {
  readonly type: 'SMPTE_Dissolve' | 'Custom_Transition';
  readonly unmodelled: readonly Unmodelled[];
}

function videoKind(reading: Reading, element: XmlElement): Kind {
  const filter = childElement(element, 'filter-video');
  if (filter === null) return { type: 'SMPTE_Dissolve', unmodelled: [] };
  const effect = reading.resources.effects.get(attribute(filter, 'ref') ?? '');
  const isDissolve =
    effect?.uid.includes(crossDissolveUid) === true || (effect?.uid === '' && effect.name === 'Cross Dissolve');
  const isPlain = childElements(filter, 'param').every((param) => {
    const allowed = plainParams.get((attribute(param, 'name') ?? '').toLowerCase());
    return allowed?.test(attribute(param, 'value') ?? '') === true && childElements(param).length === 0;
  });
  if (isDissolve && isPlain) return { type: 'SMPTE_Dissolve', unmodelled: [] };
  const name = attribute(filter, 'name') ?? effect?.name ?? '';
  const label = `transition "${effect?.name ?? name}"`;
  return {
    type: isDissolve ? 'SMPTE_Dissolve' : 'Custom_Transition',
    unmodelled: [{ label, content: canonicalEffect(reading.resources, filter) }],
  };
}

function audioKind(reading: Reading, filter: XmlElement | null): Kind {
  if (filter === null) return { type: 'SMPTE_Dissolve', unmodelled: [] };
  const effect = reading.resources.effects.get(attribute(filter, 'ref') ?? '');
  const isPlain =
    childElements(filter, 'param').length === 0 &&
    (effect === undefined || /FFAudioTransition/.test(effect.uid) || effect.name === 'Audio Crossfade');
  if (isPlain) return { type: 'SMPTE_Dissolve', unmodelled: [] };
  const label = `audio transition "${effect?.name ?? attribute(filter, 'name') ?? ''}"`;
  return { type: 'Custom_Transition', unmodelled: [{ label, content: canonicalEffect(reading.resources, filter) }] };
}

/** Places a transition of a storyline on the picture's cut, and on the sound's where the file crossfades it. */
export function placeTransition(reading: Reading, element: XmlElement, place: TransitionPlace): void {
  reading.countItem(element);
  const { scene } = place.spot;
  const timecode = scene.timecode(place.cut);
  const offset = timeAttribute(reading, element, 'offset', timecode);
  const duration = timeAttribute(reading, element, 'duration', timecode);
  const refuse = (why: string): void =>
    reading.remarks.add({
      code: 'PW_FCPXML_TRANSITION',
      severity: 'error',
      at: element.position,
      timecode,
      message: `transition "${attribute(element, 'name') ?? ''}" ${why}; it was left out`,
      hint: 'Remove or correct the transition.',
    });
  if (duration === null || duration.num <= 0) return refuse('has no length');
  if (place.before === null && place.after === null) return refuse('stands alone');
  // Without an offset it is centred, as the program that wrote it shows it.
  const start =
    offset === null ? subtract(place.cut, multiply(duration, rational(1, 2))) : place.recordFromOffset(offset);
  const inOffset = subtract(place.cut, start);
  const outOffset = subtract(add(start, duration), place.cut);
  if (inOffset.num < 0 || outOffset.num < 0) return refuse('does not reach its cut');
  const audioFilter = childElement(element, 'filter-audio');
  const videoFilter = childElement(element, 'filter-video');
  const sound = audioFilter !== null || videoFilter === null;
  const picture = videoFilter !== null || audioFilter === null;
  const video = picture ? videoKind(reading, element) : null;
  if (video !== null && video.unmodelled.length > 0) reportKept(reading, element, timecode, video);
  const join = (kind: TrackKind, what: Kind, before: Placement | null, after: Placement | null): void =>
    scene.join({
      kind,
      lane: (before ?? after)?.lane ?? place.spot.lane,
      before,
      after,
      cut: place.cut,
      inOffset,
      outOffset,
      name: attribute(element, 'name') ?? '',
      transitionType: what.type,
      unmodelled: what.unmodelled,
      metadata: keptOfTransition(reading, element, what),
      element,
    });
  const videoBefore = place.before?.video ?? null;
  const videoAfter = place.after?.video ?? null;
  if (video !== null && (videoBefore !== null || videoAfter !== null)) join('Video', video, videoBefore, videoAfter);
  if (sound)
    joinSound(reading, element, { ...place, inOffset, outOffset }, (before, after) =>
      join('Audio', audioKind(reading, audioFilter), before, after),
    );
}

function reportKept(reading: Reading, element: XmlElement, timecode: Moment | null, kind: Kind): void {
  reading.remarks.add({
    code: 'PW_FCPXML_UNMODELLED',
    severity: 'warning',
    at: element.position,
    timecode,
    message: `${kind.unmodelled.map(({ label }) => label).join(', ')} is not modelled`,
    hint: 'It is kept and watched for changes; the built-in renderer cannot draw it.',
  });
}

/** Sound pieces of the storyline itself that meet the cut, pairwise in their order. */
function joinSound(
  reading: Reading,
  element: XmlElement,
  place: JoinedPlace,
  join: (before: Placement | null, after: Placement | null) => void,
): void {
  const before = place.before?.audio ?? [];
  const after = place.after?.audio ?? [];
  for (let index = 0; index < Math.max(before.length, after.length); index += 1) {
    const left = before[index] ?? null;
    const right = after[index] ?? null;
    const meetsLeft = left === null || equals(add(left.start, left.duration), place.cut);
    const meetsRight = right === null || equals(right.start, place.cut);
    const isOneLane = left === null || right === null || compareLanes(left.lane, right.lane) === 0;
    if (meetsLeft && meetsRight && isOneLane) {
      join(left, right);
      continue;
    }
    keepCrossfade(reading, element, place, [left, right]);
  }
}

/** A crossfade of sound that is cut elsewhere than its picture is beyond the model: both pieces keep it. */
function keepCrossfade(
  reading: Reading,
  element: XmlElement,
  place: JoinedPlace,
  pieces: readonly (Placement | null)[],
): void {
  for (const piece of pieces) {
    if (piece === null) continue;
    const at = formatRational(subtract(place.cut, piece.start));
    const content = `crossfade at ${at} from -${formatRational(place.inOffset)} to ${formatRational(place.outOffset)}`;
    const metadata = withMember(piece.item.metadata, ['fcpxml', 'splitCrossfade'], true);
    piece.item = withUnmodelled({ ...piece.item, metadata }, [
      ...unmodelledOf(piece.item),
      { label: 'crossfade on a split edit', content },
    ]);
  }
  reading.remarks.add({
    code: 'PW_FCPXML_UNMODELLED',
    severity: 'warning',
    at: element.position,
    timecode: place.spot.scene.timecode(place.cut),
    message: `the crossfade of transition "${attribute(element, 'name') ?? ''}" stands where the sound is not cut, which is not modelled`,
    hint: 'It is kept and watched for changes; detach the sound and give it fades to have it played.',
  });
}

/** What the writer puts back of a transition that is no plain dissolve. */
function keptOfTransition(reading: Reading, element: XmlElement, what: Kind): PlainObject {
  if (what.unmodelled.length === 0) return {};
  const filters = childElements(element).filter((child) => child.name.startsWith('filter-'));
  const effects = filters.map((filter) => reading.resources.effects.get(attribute(filter, 'ref') ?? ''));
  return {
    filters: filters.map(inlineElement),
    effects: effects.map((effect) => ({ name: effect?.name ?? '', uid: effect?.uid ?? '' })),
  };
}
