import type { Diagnostic } from '@patchwork/kernel';
import type { Composable, Timeline } from '@patchwork/timeline';

/** How marks begin that a merge leaves: markers in a timeline, comments in what stands beside it. */
const mark = 'MERGE CONFLICT ';

/** Says what a merge left open: its markers, and its comments in a text. */
export function conflictNotes(fileName: string, timelines: readonly Timeline[], text: string): Diagnostic[] {
  const markers = timelines.flatMap(({ name, tracks }) =>
    marksIn(tracks).map((words) => note(timelines.length > 1 ? `${fileName}, "${name}"` : fileName, words)),
  );
  const comments = [...text.matchAll(/<!-- MERGE CONFLICT ([^]*?) -->/g)].map(([, words]) =>
    note(fileName, words ?? ''),
  );
  return [...markers, ...comments];
}

function note(where: string, words: string): Diagnostic {
  return {
    code: 'PW_MERGE_CONFLICT',
    severity: 'warning',
    message: `a merge left a conflict: ${words}`,
    where,
    hint: 'Decide, then delete the marks: by hand, or all of them with patchwork git resolved FILE.',
  };
}

function marksIn(node: Composable): string[] {
  const own = 'markers' in node ? node.markers.filter(({ name }) => name.startsWith(mark)) : [];
  const inside = node.kind === 'Stack' || node.kind === 'Track' ? node.children.flatMap(marksIn) : [];
  return [...own.map(({ name }) => name.slice(mark.length)), ...inside];
}
