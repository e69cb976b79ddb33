import { otioStyle, styleOf } from '../json/json-style.ts';
import type { TimelineNode } from '../model.ts';
import { sameValue } from './node-equality.ts';
import { NodeWriter } from './node-writer.ts';
import { ReadExtra } from './origin.ts';

/** How to write. */
export interface WriteOtioOptions {
  /**
   * `lossless`: what was read and not changed comes out with the same bytes; what was changed or added follows the
   * file's layout. `canonical`: OTIO's own field order, sorted metadata, four spaces, `24.0`; current schema versions,
   * markers as Marker.2, which every OTIO release reads.
   */
  readonly style: 'lossless' | 'canonical';
}

/** Writes a tree as `.otio` text. A tree that was read and not changed gives its file back, byte for byte (`lossless`). */
export function writeOtio(root: TimelineNode, options: WriteOtioOptions): string {
  if (options.style === 'canonical') return new NodeWriter('canonical', otioStyle).writeNode(root, 0);
  const origin = ReadExtra.originOf(root.extra);
  if (origin === null) return new NodeWriter('asRead', otioStyle).writeNode(root, 0);
  const { text } = origin.file;
  const before = text.slice(0, origin.start);
  const after = text.slice(origin.end);
  // The white space around the file's own root belongs to the file; a part written alone has none.
  const isWholeFile = before.trim() === '' && after.trim() === '';
  if (isWholeFile && sameValue(root, origin.node)) return text;
  const written = new NodeWriter('asRead', styleOf(text)).writeNode(root, 0);
  return isWholeFile ? before + written + after : written;
}
