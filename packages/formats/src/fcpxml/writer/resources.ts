import { parseRate, secondsFromTime, divide, formatRational, one, type Rate } from '@patchwork/time';
import type { ExternalReference, MissingReference } from '@patchwork/timeline';
import { keptIn, keptObject, keptText } from '../../clip-metadata.ts';
import { xml, type XmlOut } from '../../xml/write.ts';
import { formatFcpTime } from '../time.ts';

/** Raster, rate and colour of a `<format>` to be written. */
export interface FormatFacts {
  readonly name: string;
  readonly width: number | null;
  readonly height: number | null;
  readonly rate: Rate | null;
  readonly colorSpace: string;
  readonly fieldOrder: string;
  /** Projection, pixel aspect and the like, as spelled. */
  readonly shape: readonly (readonly [name: string, value: string])[];
}

/** A file that clips can refer to. */
export type FileReference = ExternalReference | MissingReference;

interface AssetDraft {
  readonly id: string;
  readonly reference: FileReference;
  readonly isStill: boolean;
  readonly formatId: string | null;
  hasVideo: boolean;
  hasAudio: boolean;
  /** Channels and rate as the file knows them. */
  readonly audioChannels: number | null;
  readonly audioRate: number | null;
}

const imageEndings = /\.(?:png|jpe?g|tiff?|bmp|gif|webp|heic|exr|dpx|tga|psd)$/i;

/** Tells whether a reference is a still picture: the file it was read from said so, or its ending does. */
export function isStillReference(reference: FileReference): boolean {
  const kept = keptIn(reference.metadata, 'fcpxml');
  if (kept['still'] === true) return true;
  return (
    reference.kind === 'ExternalReference' &&
    imageEndings.test(reference.targetUrl) &&
    reference.availableRange === null
  );
}

/** Format facts that a reference keeps from the file it was read from, or null. */
export function formatOfReference(reference: FileReference): FormatFacts | null {
  const format = keptObject(keptIn(reference.metadata, 'fcpxml'), 'format');
  if (Object.keys(format).length === 0) return null;
  return {
    name: keptText(format, 'name') ?? '',
    width: typeof format['width'] === 'number' ? format['width'] : null,
    height: typeof format['height'] === 'number' ? format['height'] : null,
    rate: parseRate(keptText(format, 'rate') ?? ''),
    colorSpace: keptText(format, 'colorSpace') ?? '',
    fieldOrder: keptText(format, 'fieldOrder') ?? '',
    shape: textEntries(keptObject(format, 'shape')),
  };
}

function textEntries(object: ReturnType<typeof keptObject>): (readonly [string, string])[] {
  return Object.entries(object).flatMap(([name, value]) => (typeof value === 'string' ? [[name, value] as const] : []));
}

function formatElement(id: string, format: FormatFacts): XmlOut {
  return xml('format', [
    ['id', id],
    ['name', format.name === '' ? (format.rate === null ? 'FFVideoFormatRateUndefined' : null) : format.name],
    ['frameDuration', format.rate === null ? null : formatFcpTime(divide(one, format.rate))],
    ['fieldOrder', format.fieldOrder === '' ? null : format.fieldOrder],
    ['width', format.width === null ? null : String(format.width)],
    ['height', format.height === null ? null : String(format.height)],
    ['colorSpace', format.colorSpace === '' ? null : format.colorSpace],
    ...format.shape,
  ]);
}

/** Gathers what the clips refer to and numbers it in the order of first use. */
export class ResourcesOut {
  readonly #ids = new Map<string, string>();
  readonly #written = new Map<string, XmlOut>();
  readonly #assets = new Map<string, AssetDraft>();

  #idFor(key: string): { id: string; isNew: boolean } {
    const known = this.#ids.get(key);
    if (known !== undefined) return { id: known, isNew: false };
    const id = `r${this.#ids.size + 1}`;
    this.#ids.set(key, id);
    return { id, isNew: true };
  }

  format(format: FormatFacts): string {
    const { id, isNew } = this.#idFor(`format ${JSON.stringify(format)}`);
    if (isNew) this.#written.set(id, formatElement(id, format));
    return id;
  }

  effect(name: string, uid: string): string {
    const { id, isNew } = this.#idFor(`effect ${JSON.stringify([name, uid])}`);
    if (isNew)
      this.#written.set(
        id,
        xml('effect', [
          ['id', id],
          ['name', name],
          ['uid', uid],
        ]),
      );
    return id;
  }

  /** A compound clip; equal contents are one. */
  media(name: string, sequence: XmlOut): string {
    const { id, isNew } = this.#idFor(`media ${JSON.stringify([name, sequence])}`);
    if (isNew)
      this.#written.set(
        id,
        xml(
          'media',
          [
            ['id', id],
            ['name', name],
          ],
          [sequence],
        ),
      );
    return id;
  }

  /** The asset of a reference, used for a side; its flags grow with its uses. */
  asset(reference: FileReference, side: 'video' | 'audio', sequenceRate: Rate): AssetDraft {
    const kept = keptIn(reference.metadata, 'fcpxml');
    const range = reference.availableRange;
    const key = `asset ${JSON.stringify([
      reference.kind === 'ExternalReference' ? reference.targetUrl : null,
      reference.name,
      range === null
        ? null
        : [formatRational(secondsFromTime(range.start)), formatRational(secondsFromTime(range.duration))],
      kept,
    ])}`;
    const { id, isNew } = this.#idFor(key);
    if (isNew) {
      const format = formatOfReference(reference);
      const isStill = isStillReference(reference);
      // A file that nobody described is counted as its times are; without times as the timeline is.
      const rate = range === null ? sequenceRate : range.start.rate;
      const guessed: FormatFacts = {
        name: '',
        width: null,
        height: null,
        rate: isStill ? null : rate,
        colorSpace: '',
        fieldOrder: '',
        shape: [],
      };
      const isSound = side === 'audio' && kept['hasVideo'] !== true;
      this.#assets.set(id, {
        id,
        reference,
        isStill,
        formatId: format !== null ? this.format(format) : isSound ? null : this.format(guessed),
        hasVideo: kept['hasVideo'] === true,
        hasAudio: kept['hasAudio'] === true,
        audioChannels: typeof kept['audioChannels'] === 'number' ? kept['audioChannels'] : null,
        audioRate: typeof kept['audioRate'] === 'number' ? kept['audioRate'] : null,
      });
    }
    const draft = this.#assets.get(id);
    if (draft === undefined) throw new TypeError(`ResourcesOut.asset: ${id} is no asset`);
    if (side === 'video') draft.hasVideo = true;
    else draft.hasAudio = true;
    return draft;
  }

  /** The `<resources>` element, in the order of first use. */
  element(): XmlOut {
    const all = [...this.#ids.values()].flatMap((id) => {
      const draft = this.#assets.get(id);
      const element = draft === undefined ? this.#written.get(id) : assetElement(draft);
      return element === undefined ? [] : [element];
    });
    return xml('resources', [], all);
  }
}

function assetElement(draft: AssetDraft): XmlOut {
  const { reference } = draft;
  const range = reference.availableRange;
  const source = reference.kind === 'ExternalReference' ? reference.targetUrl : null;
  const uid = keptText(keptIn(reference.metadata, 'fcpxml'), 'uid');
  return xml(
    'asset',
    [
      ['id', draft.id],
      ['name', reference.name],
      ['uid', uid],
      ['start', range === null ? '0s' : formatFcpTime(secondsFromTime(range.start))],
      ['duration', draft.isStill ? '0s' : range === null ? null : formatFcpTime(secondsFromTime(range.duration))],
      ['hasVideo', draft.hasVideo ? '1' : null],
      ['format', draft.formatId],
      ['hasAudio', draft.hasAudio ? '1' : null],
      ['videoSources', draft.hasVideo ? '1' : null],
      ['audioSources', draft.hasAudio ? '1' : null],
      ['audioChannels', draft.audioChannels === null ? null : String(draft.audioChannels)],
      ['audioRate', draft.audioRate === null ? null : String(draft.audioRate)],
      ...textEntries(keptObject(keptIn(reference.metadata, 'fcpxml'), 'overrides')),
    ],
    source === null
      ? []
      : [
          xml('media-rep', [
            ['kind', 'original-media'],
            ['src', source],
          ]),
        ],
  );
}
