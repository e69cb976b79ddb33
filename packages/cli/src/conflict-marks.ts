import { rewriteTimelineFile, type TimelineFile } from '@patchwork/formats';
import { PatchworkError } from '@patchwork/kernel';
import { withMember, type Composable, type Stack, type Timeline } from '@patchwork/timeline';
import { writtenAs } from './written-timeline.ts';

/**
 * A file without the marks of a merge: markers `MERGE CONFLICT …`, the versions kept beside them, and comments of that name in XML. Null
 * where it has none.
 *
 * @throws PW_EDIT_PLACE for a file of several timelines that is not FCPXML; what the writers throw
 */
export function withoutMarks(file: TimelineFile, timelines: readonly Timeline[]): Uint8Array | null {
  let { bytes } = file;
  for (const timeline of timelines) {
    const tracks = unmarked(timeline.tracks) as Stack;
    if (tracks === timeline.tracks) continue;
    const clean = { ...timeline, tracks };
    const written = rewriteTimelineFile({ name: file.name, bytes }, timeline.name, clean);
    if (written === null && timelines.length > 1)
      throw new PatchworkError(
        'PW_EDIT_PLACE',
        `${file.name} holds ${timelines.length} timelines: they would be lost`,
        {
          hint: 'Delete the markers in your editor.',
          details: { file: file.name },
        },
      );
    bytes = new TextEncoder().encode((written ?? writtenAs(clean, file.name)).text);
  }
  const text = new TextDecoder().decode(bytes);
  const bare = text.replaceAll(/<!-- MERGE CONFLICT [^]*?-->/g, '');
  if (bare !== text) bytes = new TextEncoder().encode(bare);
  return bytes === file.bytes ? null : bytes;
}

function unmarked(node: Composable): Composable {
  const own = withMember(node.metadata, ['patchwork', 'conflicts'], undefined);
  const isKept = own === node.metadata;
  const patchwork = own.entries.filter(([key, value]) => !isEmptyPatchwork(key, value));
  const metadata = isKept ? node.metadata : { ...own, entries: patchwork };
  let clean: Composable = isKept ? node : { ...node, metadata };
  if ('markers' in clean) {
    const markers = clean.markers.filter(({ name }) => !name.startsWith('MERGE CONFLICT '));
    if (markers.length < clean.markers.length) clean = { ...clean, markers };
  }
  if (clean.kind !== 'Stack' && clean.kind !== 'Track') return clean;
  const { children } = clean;
  const bare = children.map(unmarked);
  return bare.every((child, at) => child === children[at]) ? clean : { ...clean, children: bare };
}

function isEmptyPatchwork(key: string, value: unknown): boolean {
  return key === 'patchwork' && typeof value === 'object' && value !== null && 'entries' in value
    ? (value.entries as readonly unknown[]).length === 0
    : false;
}
