import {
  ceil,
  formatTimecode,
  isInteger,
  multiply,
  round,
  secondsFromTime,
  toNumber,
  type Rate,
  type Rational,
} from '@patchwork/time';
import { NotSaid } from '../fcpxml/writer/not-said.ts';
import type { FileReference } from '../fcpxml/writer/resources.ts';
import { xml, type XmlOut } from '../xml/write.ts';
import type { Raster } from './raster.ts';
import { rasterKept } from './raster-out.ts';

/** A clip item whose links are known only when all are numbered. */
export interface Numbered {
  readonly id: string;
  readonly side: 'video' | 'audio';
  readonly trackIndex: number;
  readonly clipIndex: number;
  readonly link: string | null;
}

/** Builds an element that holds a text. */
export function text(name: string, value: string): XmlOut {
  return xml(name, [], [value]);
}

/** Shared by everything that is written into one document. */
export class Writing {
  readonly notSaid: NotSaid = new NotSaid();
  /** A timeline that came from Resolve goes back to it: its pictures are fitted before they are moved. */
  readonly isForResolve: boolean;
  readonly #files = new Map<string, string>();
  #clips = 0;
  #sequences = 0;

  constructor(isForResolve: boolean) {
    this.isForResolve = isForResolve;
  }

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
    // Sound alone is counted in samples, at which there is no timecode.
    const own = range?.start.rate ?? rate;
    const mediaRate = toNumber(own) > 240 ? rate : own;
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
            xml('video', [], [xml('samplecharacteristics', [], [this.rate(mediaRate, where), ...sizeOf(reference)])]),
            xml('audio', [], [text('channelcount', '2')]),
          ],
        ),
      ],
    );
  }
}

function sizeOf(reference: FileReference): XmlOut[] {
  const raster = rasterKept(reference.metadata);
  return raster === null ? [] : [text('width', String(raster.width)), text('height', String(raster.height))];
}

/** What the writing of one track shares. */
export interface TrackContext {
  readonly writing: Writing;
  readonly rate: Rate;
  readonly side: 'video' | 'audio';
  readonly trackIndex: number;
  /** The sequence's raster; null where it is not known. */
  readonly canvas: Raster | null;
  readonly numbered: Numbered[];
}
