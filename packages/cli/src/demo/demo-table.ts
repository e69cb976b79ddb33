import type { PatchRun } from '@patchwork/report';

/** The runs as a table for a terminal. */
export function demoTable(runs: readonly PatchRun[]): string {
  const head = ['edit', 'output', 'rendered', 'reused', 'patch', 'clean', 'identical'];
  const rows = runs.map((run) => [
    run.name,
    run.output,
    String(run.frames.rendered),
    String(run.frames.reused),
    `${run.seconds.toFixed(1)} s`,
    run.cleanSeconds === null ? '–' : `${run.cleanSeconds.toFixed(1)} s`,
    run.identical === true ? 'yes' : 'NO',
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...rows.map((row) => (row[column] ?? '').length)));
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column < 2 || column === 6 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  return [line(head), widths.map((width) => '─'.repeat(width)).join('──'), ...rows.map(line)].join('\n');
}
