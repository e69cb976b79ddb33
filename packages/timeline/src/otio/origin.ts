import type { JsonObject, JsonValue } from '../json-value.ts';
import type { TimelineNode } from '../model.ts';

/** The file that nodes were read from. */
export interface OriginFile {
  readonly text: string;
  /** Whether objects of the file name or mean one another (`OTIO_REF_ID`): then no part of it can be copied alone. */
  hasReferences: boolean;
}

/** Where a node was read: its text and the node as it was then. */
export interface Origin {
  readonly file: OriginFile;
  /** Offset of the opening brace, and of the first character after the closing one. */
  readonly start: number;
  readonly end: number;
  readonly node: TimelineNode;
}

/**
 * The `extra` of a node that was read. It remembers the node's text, unseen by comparison and by JSON: `{ ...node,
 * name }` keeps `extra` and with it the spelling of every field that was not changed; whoever replaces `extra` lets the
 * spelling go. A private field costs less than a WeakMap entry for each node (measured on 20,000 clips: half).
 */
export class ReadExtra implements JsonObject {
  readonly type = 'object';
  readonly entries: readonly (readonly [key: string, value: JsonValue])[];
  #origin: Origin | null = null;

  constructor(entries: readonly (readonly [key: string, value: JsonValue])[]) {
    this.entries = entries;
  }

  /** Remembers where a node was read. */
  static remember(extra: ReadExtra, origin: Origin): void {
    extra.#origin = origin;
  }

  /** Where a node with this `extra` was read; null when it was not, or was rewritten since. */
  static originOf(extra: JsonObject): Origin | null {
    return #origin in extra ? extra.#origin : null;
  }
}
