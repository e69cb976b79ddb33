import { add, parseRate, secondsFromTime, zero, type Rate, type Rational } from '@patchwork/time';
import {
  isJsonObject,
  member,
  plainJson,
  unmodelledOf,
  type Composable,
  type JsonObject,
  type Stack,
  type Timeline,
  type Track,
} from '@patchwork/timeline';
import { keptIn, keptText, keptTexts } from '../../clip-metadata.ts';
import { timelineRate } from '../../listing.ts';
import { parseXml } from '../../xml/parse.ts';
import { outFromElement, writeXml, xml, type XmlOut } from '../../xml/write.ts';
import { formatFcpTime } from '../time.ts';
import { markerElements } from './kept-parts.ts';
import { type ItemContext } from './item-context.ts';
import { NotSaid } from './not-said.ts';
import type { WriteFcpxmlOptions, WrittenText } from './options.ts';
import { ResourcesOut, type FormatFacts } from './resources.ts';
import { StoryWriter } from './story.ts';

/** Raster, rate and colour that a node keeps for its composition. */
function canvasOf(metadata: JsonObject, rate: Rate): FormatFacts {
  const canvas = member(metadata, 'patchwork', 'canvas');
  const plain = isJsonObject(canvas) ? (plainJson(canvas) as { readonly [key: string]: unknown }) : {};
  const number = (name: string): number | null => (typeof plain[name] === 'number' ? plain[name] : null);
  const text = (name: string): string => (typeof plain[name] === 'string' ? plain[name] : '');
  return {
    name: '',
    width: number('width'),
    height: number('height'),
    rate: parseRate(text('rate')) ?? rate,
    colorSpace: text('colorSpace'),
    fieldOrder: text('fieldOrder'),
    shape: [],
  };
}

/** Tracks of a stack; other layers are wrapped in a track of their own. */
function tracksOf(children: readonly Composable[], notSaid: NotSaid): Track[] {
  return children.flatMap((child): Track[] => {
    if (child.kind === 'Track') return [child];
    if (child.kind === 'Unknown' || child.kind === 'Transition') {
      notSaid.add('PW_WRITE_UNKNOWN', 'error', `a layer "${child.name}" that is no track was left out`, null);
      return [];
    }
    return [
      {
        kind: 'Track',
        id: `${child.id}-track`,
        name: '',
        metadata: child.metadata,
        extra: child.extra,
        sourceRange: null,
        effects: [],
        markers: [],
        enabled: true,
        color: null,
        trackKind: 'Video',
        children: [child],
      },
    ];
  });
}

function sequenceElement(
  context: Omit<ItemContext, 'nestedSequence'>,
  parts: {
    readonly tracks: readonly Track[];
    readonly canvas: FormatFacts;
    readonly start: Rational;
    readonly dropFrame: boolean;
    readonly children: readonly XmlOut[];
  },
): XmlOut {
  const { canvas } = parts;
  const rate = canvas.rate ?? context.rate;
  const formatId = context.resources.format(canvas);
  const inner: ItemContext = {
    ...context,
    rate,
    canvas: { width: canvas.width, height: canvas.height },
    nestedSequence: (picture, sound) => nestedSequence(context, rate, picture, sound),
  };
  const spine = new StoryWriter(inner, parts.tracks, parts.start).spine();
  const note = parts.children.filter(({ name }) => name === 'note');
  return xml(
    'sequence',
    [
      ['format', formatId],
      ['tcStart', formatFcpTime(parts.start)],
      ['tcFormat', parts.dropFrame ? 'DF' : 'NDF'],
      ['audioLayout', 'stereo'],
      ['audioRate', '48k'],
    ],
    [...note, spine, ...parts.children.filter(({ name }) => name !== 'note')],
  );
}

function nestedSequence(
  context: Omit<ItemContext, 'nestedSequence'>,
  outerRate: Rate,
  picture: Stack | null,
  sound: Stack | null,
): XmlOut {
  const stack = picture ?? sound;
  const tracks = [
    ...(picture === null ? [] : tracksOf(picture.children, context.notSaid)),
    ...(sound === null ? [] : tracksOf(sound.children, context.notSaid)),
  ];
  const canvas = canvasOf(stack?.metadata ?? { type: 'object', entries: [] }, outerRate);
  return sequenceElement(context, { tracks, canvas, start: zero, dropFrame: false, children: [] });
}

/** A timeline as the two elements that hold it. */
export interface FcpxmlParts {
  readonly resources: XmlOut;
  readonly sequence: XmlOut;
  readonly notSaid: WrittenText['notSaid'];
}

/** What of a document a timeline is written as, whatever stands around it. */
export function fcpxmlParts(timeline: Timeline, options: WriteFcpxmlOptions = {}): FcpxmlParts {
  const notSaid = new NotSaid();
  const rate = timelineRate(timeline);
  const canvas = canvasOf(timeline.metadata, rate);
  const resources = new ResourcesOut();
  const kept = keptIn(timeline.metadata, 'fcpxml');
  for (const effect of timeline.tracks.effects) {
    notSaid.add(
      'PW_WRITE_EFFECT',
      'error',
      `the effect "${effect.effectName}" of the whole timeline has no place in FCPXML; it was left out`,
      timeline.name,
    );
  }
  for (const { label } of unmodelledOf(timeline))
    notSaid.add('PW_WRITE_EFFECT', 'error', `${label} of the whole timeline was left out`, timeline.name);
  const keptChildren = keptTexts(kept, 'kept').map((text) => outFromElement(parseXml('kept', text)));
  const start = timeline.globalStartTime === null ? zero : secondsFromTime(timeline.globalStartTime);
  const markers = markerElements(timeline.tracks, (own) => add(own, start));
  const sequence = sequenceElement(
    {
      resources,
      notSaid,
      profile: options.profile ?? 'finalcut',
      rate,
      canvas: { width: canvas.width, height: canvas.height },
    },
    {
      tracks: tracksOf(timeline.tracks.children, notSaid),
      canvas: { ...canvas, rate },
      start,
      dropFrame: member(timeline.metadata, 'patchwork', 'dropFrame') === true,
      children: [
        ...keptChildren.filter(({ name }) => name === 'note'),
        ...markers,
        ...keptChildren.filter(({ name }) => name !== 'note'),
      ],
    },
  );
  return { resources: resources.element(), sequence, notSaid: notSaid.all() };
}

/**
 * Writes a timeline as FCPXML 1.10. Times stay exact; resources are numbered in the order of first use, so equal
 * timelines give equal texts. What FCPXML cannot say is in `notSaid`: an `error` there means that the file shows
 * something else than the timeline.
 */
export function writeFcpxml(timeline: Timeline, options: WriteFcpxmlOptions = {}): WrittenText {
  const { resources, sequence, notSaid } = fcpxmlParts(timeline, options);
  const kept = keptIn(timeline.metadata, 'fcpxml');
  const event = options.event ?? keptText(kept, 'event') ?? 'Patchwork';
  const project = xml(
    'project',
    [
      ['name', timeline.name],
      ['uid', keptText(kept, 'uid')],
    ],
    [sequence],
  );
  const library = xml(
    'library',
    [['location', keptText(kept, 'library')]],
    [xml('event', [['name', event]], [project])],
  );
  const document = xml('fcpxml', [['version', '1.10']], [resources, library]);
  return { text: writeXml(document, 'fcpxml'), notSaid };
}
