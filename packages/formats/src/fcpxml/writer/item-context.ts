import { secondsFromTime, type Rate, type Rational } from '@patchwork/time';
import type { Item, Stack } from '@patchwork/timeline';
import type { XmlOut } from '../../xml/write.ts';
import type { Hints } from '../hints.ts';
import type { NotSaid } from './not-said.ts';
import type { FcpxmlProfile } from './options.ts';
import type { ResourcesOut } from './resources.ts';

/** What the writing of items shares. */
export interface ItemContext {
  readonly resources: ResourcesOut;
  readonly notSaid: NotSaid;
  readonly profile: FcpxmlProfile;
  readonly rate: Rate;
  readonly canvas: { readonly width: number | null; readonly height: number | null };
  /** Writes a nested stack's content as a `<sequence>` (for the picture, its sound, or both). */
  nestedSequence(picture: Stack | null, sound: Stack | null): XmlOut;
}

/** Where an item is written: lane and offset in its parent's local time. */
export interface ItemPlace {
  readonly lane: number | null;
  readonly offset: Rational;
  /** Path of the item, for remarks: `V1 / m06`. */
  readonly where: string;
  /** What goes into the metadata for our own reader. */
  readonly hints: Hints;
}

/** An element and the local time at which it begins: what hangs on it is offset from there. */
export interface WrittenItem {
  readonly name: string;
  readonly attributes: XmlOut['attributes'];
  /** Children before and after the place of connected items, in the order that the document type demands. */
  readonly before: readonly XmlOut[];
  readonly after: readonly XmlOut[];
  readonly localStart: Rational;
}

/** The item's first moment in its own time. */
export function ownStartOf(item: Item): Rational {
  return item.sourceRange === null ? { num: 0, den: 1 } : secondsFromTime(item.sourceRange.start);
}
