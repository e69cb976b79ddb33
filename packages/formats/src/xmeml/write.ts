import type { Diagnostic } from '@patchwork/kernel';
import {
  canDropFrame,
  ceil,
  compare,
  formatTimecode,
  multiply,
  secondsFromTime,
  zero,
  type Rate,
  type Rational,
} from '@patchwork/time';
import {
  isJsonObject,
  member,
  plainJson,
  type Item,
  type Stack,
  type Timeline,
  type Track,
  type Transition,
} from '@patchwork/timeline';
import { linkOf } from '../clip-metadata.ts';
import { fileOf } from '../fcpxml/writer/links.ts';
import type { WrittenText } from '../fcpxml/writer/options.ts';
import { piecesOf, type PieceTrack } from '../fcpxml/writer/pieces.ts';
import { isStillReference } from '../fcpxml/writer/resources.ts';
import { timelineRate } from '../listing.ts';
import { writeXml, xml, type XmlOut } from '../xml/write.ts';
import { filtersOf } from './filters-out.ts';
import { alignmentOf, edgesOf, sourceOf, transitionItem } from './place-out.ts';
import { markersOf } from './markers-out.ts';
import { rasterFrom } from './raster-out.ts';
import { type Numbered, text, Writing, type TrackContext } from './writing.ts';

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
    marked: null,
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
            // The second half of a stereo pair is the same clip.
            ...(exploded === 1 ? [] : markersOf(context.writing, item, context.rate, where)),
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

/** Programs take the last clip's end for the sequence's. */
function reportTail(writing: Writing, tracks: readonly PieceTrack[], end: Rational, name: string): void {
  const played = tracks.flatMap(({ pieces }) => pieces.filter(({ item }) => item.kind !== 'Gap'));
  if (played.some((piece) => compare(piece.end, end) === 0) || tracks.length === 0) return;
  writing.notSaid.add(
    'PW_WRITE_ITEM',
    'warning',
    'the sequence ends with its last clip; the black after it was left out',
    name,
  );
}

/** Empty tracks where the names leave one out (`V1`, `V3`), so that each stands where its name says. */
function withEmptyTracks<T extends { readonly track: Track }>(laid: readonly T[], letter: string): (T | null)[] {
  const numbers = laid.map(({ track }) => Number(new RegExp(`^${letter}([1-9]\\d?)$`).exec(track.name)?.[1] ?? '0'));
  const isSaid = numbers.every((number, index) => number > (numbers[index - 1] ?? 0));
  if (!isSaid) return [...laid];
  return laid.flatMap((one, index) => {
    const empty = (numbers[index] ?? 1) - (numbers[index - 1] ?? 0) - 1;
    return [...Array.from({ length: empty }, () => null), one];
  });
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
    /** The stack whose markers are the sequence's own; null: they stand on the clip that it is. */
    readonly marked: Stack | null;
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
  reportTail(
    writing,
    laid.map(({ pieces }) => pieces),
    end,
    parts.name,
  );
  const start = writing.frames(parts.start, rate, 'the timecode', parts.name);
  const size = ['width', 'height'].flatMap((name) =>
    typeof parts.canvas[name] === 'number' ? [text(name, String(parts.canvas[name]))] : [],
  );
  const canvas = rasterFrom(parts.canvas);
  const video = withEmptyTracks(ofKind('Video'), 'V').map((laidTrack, index) =>
    laidTrack === null
      ? xml('track', [], [text('enabled', 'TRUE'), text('locked', 'FALSE')])
      : trackElement(
          { writing, rate, side: 'video', trackIndex: index + 1, canvas, numbered },
          laidTrack.pieces,
          laidTrack.track.enabled,
          null,
        ),
  );
  const audio = withEmptyTracks(ofKind('Audio'), 'A').flatMap((laidTrack, index) =>
    laidTrack === null
      ? [xml('track', [], [text('enabled', 'TRUE'), text('locked', 'FALSE')])]
      : ([0, 1] as const).map((side) =>
          trackElement(
            { writing, rate, side: 'audio', trackIndex: index * 2 + 1 + side, canvas, numbered },
            laidTrack.pieces,
            laidTrack.track.enabled,
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
        ...(parts.marked === null ? [] : markersOf(writing, parts.marked, rate, parts.name)),
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
 * Writes a timeline as xmeml 4 (Final Cut Pro 7 XML; version 5, as Resolve means it, where it was read so), stereo sound as exploded pairs of tracks. What the format cannot say
 * is in `notSaid`; an `error` there means that the file shows something else than the timeline.
 */
export function writeXmeml(timeline: Timeline): WrittenText {
  const isForResolve = member(timeline.metadata, 'xmeml', 'producer') === 'resolve';
  const writing = new Writing(isForResolve);
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
    marked: timeline.tracks,
  });
  return {
    text: writeXml(xml('xmeml', [['version', isForResolve ? '5' : '4']], [sequence]), 'xmeml'),
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
