import type { Json } from '@patchwork/kernel';
import type { FileConflict } from './document-conflict.ts';
import type { FileMerge } from './merge-files.ts';
import type { CommandOutcome } from './shell.ts';
import { counted, diagnosticLines } from './words.ts';

/** What a merge tells: a document `patchwork.merge/1`, and a text with a picture of every conflict. Exit 1 with conflicts. */
export function mergeReport(merge: FileMerge, target: string, isWritten: boolean): CommandOutcome {
  const { conflicts, summaries, notSaid } = merge;
  const path = isWritten ? target : null;
  const keepsNodes = target.toLowerCase().endsWith('.otio');
  const isClean = conflicts.length === 0;
  return {
    exitCode: isClean ? 0 : 1,
    document: {
      schema: 'patchwork.merge/1',
      path,
      clean: isClean,
      ours: summaries.ours,
      theirs: summaries.theirs,
      conflicts: conflicts.map((conflict): Json => ({ ...conflict }) as unknown as Json),
      notSaid: notSaid.map((each): Json => ({ ...each })),
    },
    text: [
      `ours    ${summaries.ours}`,
      `theirs  ${summaries.theirs}`,
      isClean ? 'merged, no conflict' : counted(conflicts.length, 'conflict'),
      ...conflicts.flatMap((conflict) => conflictLines(conflict, keepsNodes)),
      path === null ? 'nothing written' : path,
      ...diagnosticLines(notSaid),
    ].join('\n'),
  };
}

function conflictLines(conflict: FileConflict, keepsNodes: boolean): string[] {
  const { track, subject, timecode, ours, theirs, kept, strips } = conflict;
  const keeper =
    conflict.kind === 'document'
      ? 'kept in a comment'
      : keepsNodes
        ? 'kept in metadata.patchwork.conflicts'
        : 'told by a marker';
  const place = (version: FileConflict['ours']): string =>
    version.recordTimecode === null ? '' : `  (${version.recordTimecode.join(' – ')})`;
  return [
    '',
    `${[timecode, track ?? '', subject].filter((part) => part !== '').join('  ')}`,
    `  ours    ${ours.text}${place(ours)}`,
    `  theirs  ${theirs.text}${place(theirs)}`,
    `  ${kept} stands here; ${kept === 'ours' ? 'theirs' : 'ours'} is ${keeper}`,
    ...Object.entries(strips).flatMap(([side, strip]) => (strip === '' ? [] : [`    ${side.padEnd(6)}  ${strip}`])),
    '',
  ];
}
