import type { Diagnostic } from '@patchwork/kernel';
import {
  add,
  canDropFrame,
  ceil,
  compare,
  divide,
  floor,
  formatTimecode,
  isInteger,
  max,
  multiply,
  negate,
  rational,
  round,
  secondsFromTime,
  subtract,
  zero,
  type Rate,
  type Rational,
} from '@patchwork/time';
import {
  isJsonObject,
  knownEffect,
  member,
  plainJson,
  unmodelledOf,
  type Item,
  type Param,
  type Stack,
  type Timeline,
  type Track,
  type Transition,
} from '@patchwork/timeline';
import { linkOf } from '../clip-metadata.ts';
import { constantSpeed, fileOf, timeEffectsOf } from '../fcpxml/writer/links.ts';
import { NotSaid } from '../fcpxml/writer/not-said.ts';
import type { WrittenText } from '../fcpxml/writer/options.ts';
import { piecesOf, type Piece, type PieceTrack } from '../fcpxml/writer/pieces.ts';
import { isStillReference, type FileReference } from '../fcpxml/writer/resources.ts';
import { timelineRate } from '../listing.ts';
import { writeXml, xml, type XmlOut } from '../xml/write.ts';

/** A clip item whose links are known only when all are numbered. */
interface Numbered {
  readonly id: string;
  readonly side: 'video' | 'audio';
  readonly trackIndex: number;
  readonly clipIndex: number;
  readonly link: string | null;
}

const text = (name: string, value: string): XmlOut => xml(name, [], [value]);

/** Shared by everything that is written into one document. */
class Writing {
  readonly notSaid = new NotSaid();
  readonly #files = new Map<string, string>();
  #clips = 0;
  #sequences = 0;

  nextClip(): string {
    this.#clips += 1;
    return `clipitem-${this.#clips}`;
  }

  nextSequence(): string {
    this.#sequences += 1;
    return `sequence-${this.#sequences}`;
  }

  rate(rate: Rate, where: string): XmlOut {
    const isNtsc = rate.den === 1001;
    if (rate.den !== 1 && !isNtsc)
      this.notSaid.add(
        'PW_WRITE_RATE',
        'error',
        `the rate ${rate.num}/${rate.den} has no place in xmeml; it was rounded`,
        where,
      );
    return xml(
      'rate',
      [],
      [text('timebase', String(isNtsc ? ceil(rate) : round(rate))), text('ntsc', isNtsc ? 'TRUE' : 'FALSE')],
    );
  }

  frames(seconds: Rational, rate: Rate, what: string, where: string): number {
    const frames = multiply(seconds, rate);
    if (!isInteger(frames))
      this.notSaid.add('PW_WRITE_GRID', 'error', `${what} lies between frames; it was rounded`, where);
    return round(frames);
  }

  /** A file in full where it is met first, then by its id. */
  file(reference: FileReference, rate: Rate, where: string): XmlOut {
    const url = reference.kind === 'ExternalReference' ? reference.targetUrl : '';
    const range = reference.availableRange;
    const key = JSON.stringify([
      url,
      reference.name,
      range === null ? null : [secondsFromTime(range.start), secondsFromTime(range.duration)],
    ]);
    const known = this.#files.get(key);
    if (known !== undefined) return xml('file', [['id', known]]);
    const id = `file-${this.#files.size + 1}`;
    this.#files.set(key, id);
    const mediaRate = range?.start.rate ?? rate;
    const start =
      range === null ? 0 : this.frames(secondsFromTime(range.start), mediaRate, 'the media’s timecode', where);
    return xml(
      'file',
      [['id', id]],
      [
        text('name', reference.name),
        ...(url === '' ? [] : [text('pathurl', url)]),
        this.rate(mediaRate, where),
        ...(range === null
          ? []
          : [
              text(
                'duration',
                String(this.frames(secondsFromTime(range.duration), mediaRate, 'the media’s length', where)),
              ),
            ]),
        xml(
          'timecode',
          [],
          [
            this.rate(mediaRate, where),
            text('string', formatTimecode(start, mediaRate, false)),
            text('frame', String(start)),
            text('displayformat', 'NDF'),
          ],
        ),
        xml(
          'media',
          [],
          [
            xml('video', [], [xml('samplecharacteristics', [], [this.rate(mediaRate, where)])]),
            xml('audio', [], [text('channelcount', '2')]),
          ],
        ),
      ],
    );
  }
}

interface TrackContext {
  readonly writing: Writing;
  readonly rate: Rate;
  readonly side: 'video' | 'audio';
  readonly trackIndex: number;
  readonly numbered: Numbered[];
}

/** How a transition's place is said: its edges and what they mean for the cut. Null where xmeml cannot say it. */
function alignmentOf(transition: Transition, hasBefore: boolean, hasAfter: boolean, rate: Rate): string | null {
  const before = multiply(secondsFromTime(transition.inOffset), rate);
  const after = multiply(secondsFromTime(transition.outOffset), rate);
  if (before.num === 0) return hasBefore ? 'start' : 'start-black';
  if (after.num === 0) return hasAfter ? 'end' : 'end-black';
  return floor(divide(subtract(after, before), rational(2))) === 0 ? 'center' : null;
}

/** Frames of an item's record edges; −1 where a transition overlaps the edge and carries it. */
function edgesOf(
  context: TrackContext,
  piece: Piece,
  where: string,
): { start: number; end: number; lead: Rational; trail: Rational } {
  const { writing, rate } = context;
  const reach = (transition: Transition | null, side: 'inOffset' | 'outOffset'): Rational =>
    transition === null ? zero : secondsFromTime(transition[side]);
  const lead = reach(piece.head, 'inOffset');
  const trail = reach(piece.tail, 'outOffset');
  return {
    start: piece.head !== null ? -1 : writing.frames(piece.start, rate, 'the start', where),
    end: piece.tail !== null ? -1 : writing.frames(piece.end, rate, 'the end', where),
    lead,
    trail,
  };
}

/** `in`, `out` and `duration` of a clip, in (retimed) frames of the sequence from the media's first one. */
function sourceOf(context: TrackContext, piece: Piece, edges: ReturnType<typeof edgesOf>, where: string): XmlOut[] {
  const { writing, rate } = context;
  const { item } = piece;
  const file = fileOf(item);
  const range = file?.availableRange ?? null;
  const mediaStart = range === null ? zero : secondsFromTime(range.start);
  const own = item.sourceRange === null ? zero : subtract(secondsFromTime(item.sourceRange.start), mediaStart);
  const speed = constantSpeed(item) ?? rational(1);
  const retimed = speed.num === 0 ? rational(1) : speed.num < 0 ? negate(speed) : speed;
  // Backwards frames count from the end: the range's start is then what is left when the clip is over.
  const total = add(divide(own, retimed), piece.duration);
  const entry = speed.num < 0 ? zero : divide(own, retimed);
  const from = writing.frames(subtract(entry, edges.lead), rate, 'the source', where);
  const length = writing.frames(add(piece.duration, add(edges.lead, edges.trail)), rate, 'the length', where);
  const duration =
    speed.num < 0 ? total : range === null ? total : max(divide(secondsFromTime(range.duration), retimed), total);
  return [
    text(
      'duration',
      String(speed.num < 0 ? writing.frames(duration, rate, 'the source', where) : ceil(multiply(duration, rate))),
    ),
    context.writing.rate(rate, where),
    text('start', String(edges.start)),
    text('end', String(edges.end)),
    text('in', String(from)),
    text('out', String(from + length)),
  ];
}

function parameter(id: string, value: string | XmlOut, keys: readonly XmlOut[] = []): XmlOut {
  return xml(
    'parameter',
    [],
    [text('parameterid', id), text('name', id), typeof value === 'string' ? text('value', value) : value, ...keys],
  );
}

function filter(id: string, name: string, mediatype: string, parameters: readonly XmlOut[]): XmlOut {
  return xml(
    'filter',
    [],
    [
      xml(
        'effect',
        [],
        [
          text('name', name),
          text('effectid', id),
          text('effectcategory', 'motion'),
          text('effecttype', mediatype === 'audio' ? 'audiolevels' : 'motion'),
          text('mediatype', mediatype),
          ...parameters,
        ],
      ),
    ],
  );
}

/** A parameter with its number or key frames, counted in frames from the media's first one. */
function animated(
  context: TrackContext,
  item: Item,
  id: string,
  param: Param,
  map: (value: number) => number,
  where: string,
): XmlOut {
  if (typeof param === 'number') return parameter(id, String(map(param)));
  const range = fileOf(item)?.availableRange ?? null;
  const mediaStart = range === null ? zero : secondsFromTime(range.start);
  if (param.keyframes.some(({ interpolation }) => interpolation !== 'linear')) {
    context.writing.notSaid.add(
      'PW_WRITE_KEYFRAME',
      'error',
      'held and eased key frames are written as linear ones',
      where,
    );
  }
  const keys = param.keyframes.map((key) =>
    xml(
      'keyframe',
      [],
      [
        text(
          'when',
          String(context.writing.frames(subtract(key.time, mediaStart), context.rate, 'a key frame', where)),
        ),
        text('value', String(map(key.value))),
      ],
    ),
  );
  return parameter(id, String(map(param.keyframes[0]?.value ?? 0)), keys);
}

function filtersOf(context: TrackContext, item: Item, where: string): XmlOut[] {
  const { notSaid } = context.writing;
  for (const { label } of unmodelledOf(item)) notSaid.add('PW_WRITE_EFFECT', 'error', `${label} was left out`, where);
  const speed = constantSpeed(item);
  const times = timeEffectsOf(item);
  if (times.length > 0 && speed === null)
    notSaid.add('PW_WRITE_RETIME', 'error', 'a speed that changes was written at 100 %', where);
  const filters =
    times.length === 0 || speed === null
      ? []
      : [
          filter('timeremap', 'Time Remap', 'video', [
            parameter('variablespeed', '0'),
            parameter('speed', String(Number(((speed.num / speed.den) * 100).toPrecision(15)))),
            parameter('reverse', speed.num < 0 ? 'TRUE' : 'FALSE'),
            parameter('frameblending', 'FALSE'),
          ]),
        ];
  for (const effect of item.effects) {
    if (times.includes(effect)) continue;
    const known = effect.enabled ? knownEffect(effect) : null;
    if (known?.type === 'opacity')
      filters.push(
        filter('opacity', 'Opacity', 'video', [
          animated(context, item, 'opacity', known.opacity, (value) => value * 100, where),
        ]),
      );
    else if (known?.type === 'volume')
      filters.push(
        filter('audiolevels', 'Audio Levels', 'audio', [
          animated(context, item, 'level', known.gainDb, (value) => (value <= -1000 ? 0 : 10 ** (value / 20)), where),
        ]),
      );
    else if (known?.type === 'pan')
      filters.push(
        filter('audiopan', 'Audio Pan', 'audio', [animated(context, item, 'pan', known.pan, (value) => value, where)]),
      );
    else if (known?.type === 'transform' && isCentred(known)) {
      filters.push(
        filter('basic', 'Basic Motion', 'video', [
          animated(context, item, 'scale', known.scale.x, (value) => value * 100, where),
          animated(context, item, 'rotation', known.rotation, (value) => (value === 0 ? 0 : -value), where),
        ]),
      );
    } else
      notSaid.add(
        'PW_WRITE_EFFECT',
        effect.enabled ? 'error' : 'note',
        `the effect "${known?.type ?? effect.effectName}" has no place in xmeml; it was left out`,
        where,
      );
  }
  return filters;
}

function isCentred(transform: Extract<NonNullable<ReturnType<typeof knownEffect>>, { type: 'transform' }>): boolean {
  const { position, anchor, scale } = transform;
  return (
    [position.x, position.y, anchor.x, anchor.y].every((value) => value === 0) &&
    JSON.stringify(scale.x) === JSON.stringify(scale.y)
  );
}

function transitionItem(
  context: TrackContext,
  transition: Transition,
  cut: Rational,
  alignment: string,
  where: string,
): XmlOut {
  const { writing, rate } = context;
  if (transition.transitionType !== 'SMPTE_Dissolve')
    writing.notSaid.add(
      'PW_WRITE_TRANSITION',
      'error',
      `the transition "${transition.transitionType}" was written as a dissolve`,
      where,
    );
  const isSound = context.side === 'audio';
  const name = isSound ? 'Cross Fade (+3dB)' : 'Cross Dissolve';
  return xml(
    'transitionitem',
    [],
    [
      text(
        'start',
        String(writing.frames(subtract(cut, secondsFromTime(transition.inOffset)), rate, 'a transition', where)),
      ),
      text('end', String(writing.frames(add(cut, secondsFromTime(transition.outOffset)), rate, 'a transition', where))),
      text('alignment', alignment),
      writing.rate(rate, where),
      xml(
        'effect',
        [],
        [
          text('name', name),
          text('effectid', isSound ? 'KGAudioTransCrossFade3dB' : 'Cross Dissolve'),
          text('effectcategory', 'Dissolve'),
          text('effecttype', 'transition'),
          text('mediatype', context.side),
        ],
      ),
    ],
  );
}

function contentOf(context: TrackContext, item: Item, where: string): { name: string; content: XmlOut[] } {
  const { writing, rate } = context;
  if (item.kind === 'Stack') return { name: 'clipitem', content: [nestedSequence(writing, item, rate)] };
  const file = fileOf(item);
  if (file !== null)
    return {
      name: 'clipitem',
      content: [writing.file(file, rate, where), ...(isStillReference(file) ? [text('stillframe', 'TRUE')] : [])],
    };
  const reference =
    item.kind === 'Clip' ? item.mediaReferences.find(([key]) => key === item.activeMediaReferenceKey)?.[1] : undefined;
  const parameters = reference?.kind === 'GeneratorReference' ? plainJson(reference.parameters) : null;
  const color =
    parameters !== null && typeof parameters === 'object' && 'color' in parameters ? parameters['color'] : null;
  if (reference?.kind === 'GeneratorReference' && reference.generatorKind === 'SolidColor' && Array.isArray(color)) {
    const parts = ['red', 'green', 'blue'].map((name, index) =>
      text(name, String(Number((Number(color[index] ?? 0) * 255).toFixed(6)))),
    );
    const fill = xml(
      'parameter',
      [],
      [text('parameterid', 'fillcolor'), text('name', 'Color'), xml('value', [], [text('alpha', '0'), ...parts])],
    );
    return {
      name: 'generatoritem',
      content: [
        xml(
          'effect',
          [],
          [
            text('name', 'Color'),
            text('effectid', 'Color'),
            text('effecttype', 'generator'),
            text('mediatype', 'video'),
            fill,
          ],
        ),
      ],
    };
  }
  writing.notSaid.add(
    'PW_WRITE_ITEM',
    'error',
    `a clip of ${reference?.kind ?? item.kind} has no place in xmeml; it names no media there`,
    where,
  );
  return { name: 'clipitem', content: [] };
}

function nestedSequence(writing: Writing, stack: Stack, outerRate: Rate): XmlOut {
  const canvas = member(stack.metadata, 'patchwork', 'canvas');
  const plain = isJsonObject(canvas) ? (plainJson(canvas) as { readonly [key: string]: unknown }) : {};
  const tracks = stack.children.filter((child): child is Track => child.kind === 'Track');
  return sequenceElement(writing, {
    name: stack.name,
    tracks,
    rate: outerRate,
    start: zero,
    dropFrame: false,
    canvas: plain,
  });
}

function trackElement(context: TrackContext, track: PieceTrack, isEnabled: boolean, exploded: 0 | 1 | null): XmlOut {
  const children: XmlOut[] = [];
  let clipIndex = 0;
  track.pieces.forEach((piece, index) => {
    const { item } = piece;
    const where = `${track.name} / ${item.name}`;
    const before = track.pieces[index - 1];
    const put = (transition: Transition, cut: Rational, hasBefore: boolean, hasAfter: boolean): void => {
      const alignment = alignmentOf(transition, hasBefore, hasAfter, context.rate);
      if (alignment === null)
        context.writing.notSaid.add(
          'PW_WRITE_TRANSITION',
          'error',
          'a transition that is not centred on its cut was written as centred',
          where,
        );
      children.push(transitionItem(context, transition, cut, alignment ?? 'center', where));
    };
    if (piece.head !== null)
      put(piece.head, piece.start, before !== undefined && before.item.kind !== 'Gap', item.kind !== 'Gap');
    if (item.kind !== 'Gap') {
      clipIndex += 1;
      const id = context.writing.nextClip();
      context.numbered.push({
        id,
        side: context.side,
        trackIndex: context.trackIndex,
        clipIndex,
        link: exploded === 1 ? null : linkOf(item.metadata),
      });
      const edges = edgesOf(context, piece, where);
      const { name, content } = contentOf(context, item, where);
      if (member(item.metadata, 'patchwork', 'channelMap') !== undefined)
        context.writing.notSaid.add('PW_WRITE_CHANNELS', 'error', 'a choice of channels was written as stereo', where);
      if (item.kind === 'Clip' || item.kind === 'Stack') {
        const markers = item.markers.length;
        if (markers > 0)
          context.writing.notSaid.add('PW_WRITE_MARKER', 'note', `${markers} markers were left out`, where);
      }
      children.push(
        xml(
          name,
          [
            ['id', id],
            ['premiereChannelType', exploded === null ? null : 'stereo'],
          ],
          [
            text('name', item.name),
            text('enabled', item.enabled ? 'TRUE' : 'FALSE'),
            ...sourceOf(context, piece, edges, where),
            ...content,
            ...filtersOf(context, item, where),
            ...(exploded === null
              ? []
              : [xml('sourcetrack', [], [text('mediatype', 'audio'), text('trackindex', String(exploded + 1))])]),
          ],
        ),
      );
    }
    if (index === track.pieces.length - 1 && piece.tail !== null)
      put(piece.tail, piece.end, item.kind !== 'Gap', false);
  });
  return xml(
    'track',
    exploded === null
      ? []
      : [
          ['currentExplodedTrackIndex', String(exploded)],
          ['totalExplodedTrackCount', '2'],
          ['premiereTrackType', 'Stereo'],
        ],
    [...children, text('enabled', isEnabled ? 'TRUE' : 'FALSE'), text('locked', 'FALSE')],
  );
}

/** Puts the links of a sequence into its clip items. */
function withLinks(element: XmlOut, numbered: readonly Numbered[]): XmlOut {
  const groups = new Map<string, Numbered[]>();
  for (const one of numbered) if (one.link !== null) groups.set(one.link, [...(groups.get(one.link) ?? []), one]);
  const linkOfId = new Map(
    numbered.map(({ id, link }) => [id, link === null ? [] : (groups.get(link) ?? [])] as const),
  );
  const walk = (node: XmlOut): XmlOut => {
    const id = node.name === 'clipitem' ? node.attributes.find(([name]) => name === 'id')?.[1] : undefined;
    const group = id === undefined || id === null ? [] : (linkOfId.get(id) ?? []);
    const links =
      group.length < 2
        ? []
        : group.map((one) =>
            xml(
              'link',
              [],
              [
                text('linkclipref', one.id),
                text('mediatype', one.side),
                text('trackindex', String(one.trackIndex)),
                text('clipindex', String(one.clipIndex)),
              ],
            ),
          );
    return {
      ...node,
      content: [...node.content.map((part) => (typeof part === 'string' ? part : walk(part))), ...links],
    };
  };
  return walk(element);
}

function sequenceElement(
  writing: Writing,
  parts: {
    readonly name: string;
    readonly tracks: readonly Track[];
    readonly rate: Rate;
    readonly start: Rational;
    readonly dropFrame: boolean;
    readonly canvas: { readonly [key: string]: unknown };
  },
): XmlOut {
  const { rate } = parts;
  const id = writing.nextSequence();
  const numbered: Numbered[] = [];
  const laid = parts.tracks.map((track) => ({ track, pieces: piecesOf(track, track.name, writing.notSaid) }));
  const ofKind = (kind: string): typeof laid => laid.filter(({ track }) => track.trackKind === kind);
  for (const { track } of laid) {
    if (track.trackKind !== 'Video' && track.trackKind !== 'Audio')
      writing.notSaid.add('PW_WRITE_TRACK', 'error', `the track of kind "${track.trackKind}" was left out`, track.name);
  }
  const end = laid.reduce<Rational>((most, { pieces }) => (compare(pieces.end, most) > 0 ? pieces.end : most), zero);
  const start = writing.frames(parts.start, rate, 'the timecode', parts.name);
  const size = ['width', 'height'].flatMap((name) =>
    typeof parts.canvas[name] === 'number' ? [text(name, String(parts.canvas[name]))] : [],
  );
  const video = ofKind('Video').map(({ track, pieces }, index) =>
    trackElement({ writing, rate, side: 'video', trackIndex: index + 1, numbered }, pieces, track.enabled, null),
  );
  const audio = ofKind('Audio').flatMap(({ track, pieces }, index) =>
    ([0, 1] as const).map((side) =>
      trackElement(
        { writing, rate, side: 'audio', trackIndex: index * 2 + 1 + side, numbered },
        pieces,
        track.enabled,
        side,
      ),
    ),
  );
  return withLinks(
    xml(
      'sequence',
      [['id', id]],
      [
        text('name', parts.name),
        text('duration', String(ceil(multiply(end, rate)))),
        writing.rate(rate, parts.name),
        xml(
          'timecode',
          [],
          [
            writing.rate(rate, parts.name),
            text('string', timecodeOf(start, rate, parts.dropFrame)),
            text('frame', String(start)),
            text('displayformat', parts.dropFrame ? 'DF' : 'NDF'),
          ],
        ),
        xml(
          'media',
          [],
          [
            xml(
              'video',
              [],
              [
                xml(
                  'format',
                  [],
                  [
                    xml(
                      'samplecharacteristics',
                      [],
                      [
                        writing.rate(rate, parts.name),
                        ...size,
                        text('pixelaspectratio', 'square'),
                        text('fielddominance', 'none'),
                      ],
                    ),
                  ],
                ),
                ...video,
              ],
            ),
            xml('audio', [], [text('numOutputChannels', '2'), ...audio]),
          ],
        ),
      ],
    ),
    numbered,
  );
}

function timecodeOf(frame: number, rate: Rate, dropFrame: boolean): string {
  return rate.den === 1 || rate.den === 1001
    ? formatTimecode(frame, rate, dropFrame && canDropFrame(rate))
    : '00:00:00:00';
}

/**
 * Writes a timeline as xmeml 4 (Final Cut Pro 7 XML), stereo sound as exploded pairs of tracks. What the format cannot say
 * is in `notSaid`; an `error` there means that the file shows something else than the timeline.
 */
export function writeXmeml(timeline: Timeline): WrittenText {
  const writing = new Writing();
  const rate = timelineRate(timeline);
  const canvas = member(timeline.metadata, 'patchwork', 'canvas');
  const tracks = timeline.tracks.children.filter((child): child is Track => child.kind === 'Track');
  if (timeline.tracks.effects.length > 0)
    writing.notSaid.add('PW_WRITE_EFFECT', 'error', 'effects of the whole timeline were left out', timeline.name);
  const sequence = sequenceElement(writing, {
    name: timeline.name,
    tracks,
    rate,
    start: timeline.globalStartTime === null ? zero : secondsFromTime(timeline.globalStartTime),
    dropFrame: member(timeline.metadata, 'patchwork', 'dropFrame') === true,
    canvas: isJsonObject(canvas) ? (plainJson(canvas) as { readonly [key: string]: unknown }) : {},
  });
  return {
    text: writeXml(xml('xmeml', [['version', '4']], [sequence]), 'xmeml'),
    notSaid: withoutRepeats(writing.notSaid.all()),
  };
}

/** Both halves of a stereo pair say the same: once is enough. */
function withoutRepeats(notSaid: readonly Diagnostic[]): Diagnostic[] {
  const seen = new Set<string>();
  return notSaid.filter((one) => {
    const key = JSON.stringify(one);
    return !seen.has(key) && seen.add(key);
  });
}
