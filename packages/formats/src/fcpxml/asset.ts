import type { Rational, TimeRange } from '@patchwork/time';
import type { JsonObject } from '@patchwork/timeline';
import type { XmlElement } from '../xml/element.ts';
import type { FcpFormat } from './format.ts';

/** An `<asset>`: a media file. */
export interface FcpAsset {
  readonly id: string;
  readonly name: string;
  /** URL as spelled; null when the file names none. */
  readonly source: string | null;
  /** Timecode of the first frame, exact seconds. */
  readonly start: Rational;
  /** Null where absent; 0 for a still. */
  readonly duration: Rational | null;
  readonly hasVideo: boolean;
  readonly hasAudio: boolean;
  readonly audioChannels: number | null;
  readonly audioRate: number | null;
  readonly format: FcpFormat | null;
  readonly isStill: boolean;
  readonly element: XmlElement;
  /** What references to it keep for the writer. */
  readonly metadata: JsonObject;
  /** The range that all references to it share; null for a still, and where it hangs on the sequence's rate. */
  readonly range: TimeRange | null;
}
