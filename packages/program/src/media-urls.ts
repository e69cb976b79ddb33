import { activeReferenceOrNull, type Composable, type Timeline } from '@patchwork/timeline';

/** URLs of the files that a timeline's enabled clips play, as spelled, each once, in order of the tree. */
export function mediaUrlsOf(timeline: Timeline): readonly string[] {
  const urls = new Set<string>();
  collect(timeline.tracks, urls);
  return [...urls];
}

function collect(node: Composable, urls: Set<string>): void {
  switch (node.kind) {
    case 'Clip': {
      const reference = node.enabled ? activeReferenceOrNull(node) : null;
      if (reference?.kind === 'ExternalReference') urls.add(reference.targetUrl);
      return;
    }
    case 'Track':
    case 'Stack':
      if (node.enabled) for (const child of node.children) collect(child, urls);
      return;
    case 'Gap':
    case 'Transition':
    case 'Unknown':
  }
}
