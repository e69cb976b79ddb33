import type { Diagnostic } from '@patchwork/kernel';
import { defaultJsonLimits, type JsonLimits } from '../json/json-limits.ts';
import { JsonScanner } from '../json/json-scanner.ts';
import type { Timeline, TimelineNode } from '../model.ts';
import { freshId } from '../node-id.ts';
import { NodeReader } from './node-reader.ts';

/** How to read. */
export interface ReadOtioOptions {
  /** Name of the file, for messages. Default: `otio`. */
  readonly source?: string;
  /**
   * Makes node ids `<prefix>1`, `<prefix>2` … in file order, so that two readings of one text give the same ids.
   * Default: ids that no other node of this process has.
   */
  readonly idPrefix?: string;
  /** Default: {@link defaultJsonLimits}. */
  readonly limits?: JsonLimits;
}

/** A file as read. */
export interface OtioFile {
  /** The timelines found: the root itself, or those in a collection, in file order. */
  readonly timelines: readonly Timeline[];
  readonly root: TimelineNode;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads `.otio` text. Unknown schemas and fields are kept in place; older versions are upgraded; what is odd but usable
 * is a diagnostic with its line and column.
 *
 * @throws PW_JSON_SYNTAX, PW_JSON_TRUNCATED, PW_JSON_TOO_DEEP, PW_JSON_TOO_LARGE
 * @throws PW_OTIO_MISSING_SCHEMA, PW_OTIO_SCHEMA, PW_OTIO_MISSING_FIELD, PW_OTIO_TYPE, PW_OTIO_TIME
 * @throws PW_OTIO_REFERENCE, PW_OTIO_CYCLE
 */
export function readOtio(text: string, options: ReadOtioOptions = {}): OtioFile {
  const scanner = new JsonScanner(text, options.source ?? 'otio', options.limits ?? defaultJsonLimits);
  const reader = new NodeReader(scanner, idsWith(options.idPrefix));
  const root = reader.readNode('anywhere');
  scanner.expectEnd();
  return { timelines: timelinesIn(root), root, diagnostics: scanner.diagnostics };
}

function idsWith(prefix: string | undefined): () => string {
  if (prefix === undefined) return freshId;
  let count = 0;
  return () => {
    count += 1;
    return `${prefix}${count}`;
  };
}

function timelinesIn(node: TimelineNode): readonly Timeline[] {
  if (node.kind === 'Timeline') return [node];
  return node.kind === 'SerializableCollection' ? node.children.flatMap(timelinesIn) : [];
}
