import type { KnownEffect, Unmodelled } from '@patchwork/timeline';
import { attribute, type XmlElement } from '../xml/element.ts';
import { inlineElement } from '../xml/write.ts';
import type { PlainObject } from './nodes.ts';
import type { FcpResources } from './resources.ts';

/** What stands on one side of an item, picture or sound. */
export interface Side {
  readonly effects: KnownEffect[];
  readonly unmodelled: Unmodelled[];
  /** The elements behind `unmodelled`, for the writer to put back. */
  readonly raw: RawElement[];
  /** Weights of the file's channels for left and right, where the clip does not simply play them all. */
  channelMap: ChannelMap | null;
}

/** Output = Σ weight × channel, for left and for right. */
export interface ChannelMap {
  readonly left: readonly number[];
  readonly right: readonly number[];
}

/** An element as it stood in the file, and the effect that it refers to, if any. */
export interface RawElement {
  readonly xml: string;
  readonly effect: { readonly name: string; readonly uid: string } | null;
}

const nothing: PlainObject = {};

/** An empty {@link Side}. */
export function emptySide(): Side {
  return { effects: [], unmodelled: [], raw: [], channelMap: null };
}

/** Keeps an element as it stands. */
export function rawElement(resources: FcpResources, element: XmlElement): RawElement {
  return {
    xml: inlineElement(element),
    effect: resources.effects.get(attribute(element, 'ref') ?? '') ?? null,
  };
}

/** Raw elements as plain metadata; empty for none. */
export function plainRaw(raw: readonly RawElement[]): PlainObject {
  if (raw.length === 0) return nothing;
  return {
    raw: raw.map(({ xml, effect }) => ({
      xml,
      ...(effect === null ? {} : { effect: { name: effect.name, uid: effect.uid } }),
    })),
  };
}

/** The channel map as the packages above read it; empty for none. */
export function plainChannelMap(side: Side): PlainObject {
  return side.channelMap === null
    ? nothing
    : { channelMap: { left: [...side.channelMap.left], right: [...side.channelMap.right] } };
}
