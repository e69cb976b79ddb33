import type { Remarks } from '../diagnostics.ts';
import { attribute, childElement, childElements, type XmlElement } from '../xml/element.ts';
import type { FcpAsset } from './asset.ts';
import { readFormat, type FcpFormat } from './format.ts';
import { metadataOfAsset, rangeOfAsset } from './media-reference.ts';
import { parseFcpTime } from './time.ts';

/** An `<effect>`: a filter, transition, title or generator by its unique id. */
export interface FcpEffect {
  readonly name: string;
  readonly uid: string;
}

/** What a file's clips refer to, by id. */
export interface FcpResources {
  readonly formats: ReadonlyMap<string, FcpFormat>;
  readonly assets: ReadonlyMap<string, FcpAsset>;
  readonly effects: ReadonlyMap<string, FcpEffect>;
  /** Compound and multicam clips: `<media>` holding `<sequence>` or `<multicam>`. */
  readonly media: ReadonlyMap<string, XmlElement>;
}

function sourceOf(asset: XmlElement): string | null {
  const representations = childElements(asset, 'media-rep');
  const original = representations.find((rep) => (attribute(rep, 'kind') ?? 'original-media') === 'original-media');
  const chosen = original ?? representations[0];
  return (chosen === undefined ? null : attribute(chosen, 'src')) ?? attribute(asset, 'src');
}

function numberOf(text: string | null): number | null {
  if (text === null) return null;
  const named = /^(\d+(?:\.\d+)?)k$/.exec(text);
  const value = named === null ? Number(text) : Number(named[1]) * 1000;
  return Number.isFinite(value) && value > 0 ? value : null;
}

function readAsset(element: XmlElement, formats: ReadonlyMap<string, FcpFormat>, remarks: Remarks): FcpAsset {
  const start = parseFcpTime(attribute(element, 'start') ?? '0s');
  const durationText = attribute(element, 'duration');
  const duration = durationText === null ? null : parseFcpTime(durationText);
  if (start === null || (durationText !== null && (duration === null || duration.num < 0))) {
    remarks.add({
      code: 'PW_FCPXML_TIME',
      severity: 'error',
      message: `asset "${attribute(element, 'name') ?? ''}" has an unreadable start or duration`,
      at: element.position,
      hint: 'Export the file again.',
    });
  }
  const format = formats.get(attribute(element, 'format') ?? '') ?? null;
  const hasVideo = attribute(element, 'hasVideo') === '1';
  const hasAudio = attribute(element, 'hasAudio') === '1';
  const asset = {
    id: attribute(element, 'id') ?? '',
    name: attribute(element, 'name') ?? '',
    source: sourceOf(element),
    start: start ?? { num: 0, den: 1 },
    duration: duration !== null && duration.num >= 0 ? duration : null,
    // A file that says neither is taken to have both: older programs leave the flags out.
    hasVideo: hasVideo || (!hasAudio && attribute(element, 'hasVideo') === null),
    hasAudio: hasAudio || (!hasVideo && attribute(element, 'hasAudio') === null),
    audioChannels: numberOf(attribute(element, 'audioChannels')),
    audioRate: numberOf(attribute(element, 'audioRate')),
    format,
    isStill: hasVideo && !hasAudio && duration !== null && duration.num === 0,
    element,
  };
  return { ...asset, metadata: metadataOfAsset(asset), range: rangeOfAsset(asset) };
}

/** Reads `<resources>` of a document root. Ids that stand twice keep the first, with a warning. */
export function readResources(root: XmlElement, remarks: Remarks): FcpResources {
  const formats = new Map<string, FcpFormat>();
  const assets = new Map<string, FcpAsset>();
  const effects = new Map<string, FcpEffect>();
  const media = new Map<string, XmlElement>();
  const seen = new Set<string>();
  const elements = childElements(root, 'resources').flatMap((resources) => childElements(resources));
  const isFirst = (element: XmlElement): boolean => {
    const id = attribute(element, 'id') ?? '';
    if (!seen.has(id)) {
      seen.add(id);
      return true;
    }
    remarks.add({
      code: 'PW_FCPXML_RESOURCE',
      severity: 'warning',
      at: element.position,
      message: `resource id "${id}" stands twice; the first is used`,
    });
    return false;
  };
  const kept = elements.filter(isFirst);
  // Formats first: assets refer to formats that may stand after them.
  for (const element of kept)
    if (element.name === 'format') formats.set(attribute(element, 'id') ?? '', readFormat(element, remarks));
  for (const element of kept) {
    const id = attribute(element, 'id') ?? '';
    if (element.name === 'asset') assets.set(id, readAsset(element, formats, remarks));
    else if (element.name === 'effect')
      effects.set(id, { name: attribute(element, 'name') ?? '', uid: attribute(element, 'uid') ?? '' });
    else if (element.name === 'media') media.set(id, element);
    else if (element.name !== 'format' && element.name !== 'locator') {
      remarks.add({
        code: 'PW_FCPXML_ELEMENT',
        severity: 'note',
        at: element.position,
        message: `resource <${element.name}> is not known and not used`,
      });
    }
  }
  return { formats, assets, effects, media };
}

/** The `<sequence>` or `<multicam>` of a media resource, or null. */
export function contentOfMedia(media: XmlElement): XmlElement | null {
  return childElement(media, 'sequence') ?? childElement(media, 'multicam');
}
