import { isJsonObject, member, withMember, type Composable, type JsonObject, type Timeline } from '@patchwork/timeline';
import { linkOf } from './clip-metadata.ts';

/** Applies a change to the metadata of every item below, children first left as they are where nothing changes. */
function mapMetadata(node: Composable, change: (metadata: JsonObject) => JsonObject): Composable {
  const metadata = change(node.metadata);
  if (node.kind !== 'Track' && node.kind !== 'Stack') return metadata === node.metadata ? node : { ...node, metadata };
  const children = node.children.map((child) => mapMetadata(child, change));
  const isSame = metadata === node.metadata && children.every((child, index) => child === node.children[index]);
  return isSame ? node : { ...node, metadata, children };
}

function countLinks(node: Composable, counts: Map<string, number>): void {
  const link = linkOf(node.metadata);
  if (link !== null) counts.set(link, (counts.get(link) ?? 0) + 1);
  if (node.kind === 'Track' || node.kind === 'Stack') for (const child of node.children) countLinks(child, counts);
}

function withoutLink(metadata: JsonObject): JsonObject {
  const rest = withMember(metadata, ['patchwork', 'link'], undefined);
  const patchwork = member(rest, 'patchwork');
  return isJsonObject(patchwork) && patchwork.entries.length === 0 ? withMember(rest, ['patchwork'], undefined) : rest;
}

/** Numbers the links of a timeline in the order of its tracks and removes those that join nothing. */
export function withTidyLinks(timeline: Timeline): Timeline {
  const counts = new Map<string, number>();
  countLinks(timeline.tracks, counts);
  const names = new Map<string, string>();
  const change = (metadata: JsonObject): JsonObject => {
    const link = linkOf(metadata);
    if (link === null) return metadata;
    if ((counts.get(link) ?? 0) < 2) return withoutLink(metadata);
    const name = names.get(link) ?? `link${names.size + 1}`;
    names.set(link, name);
    return name === link ? metadata : withMember(metadata, ['patchwork', 'link'], name);
  };
  const tracks = mapMetadata(timeline.tracks, change);
  return tracks.kind === 'Stack' ? { ...timeline, tracks } : timeline;
}
