import type { Evidence } from './evidence.ts';

/** A row of the table: what was patched, and what was counted. */
export interface TableRow {
  readonly codec: string;
  readonly container: string;
  readonly origin: 'own' | 'foreign';
  readonly what: string;
  readonly evidence: Evidence;
}

const head = [
  'codec',
  'container',
  'file',
  'what was patched',
  'frames',
  'outside',
  'inside',
  'seeks',
  'two readers',
  'ffmpeg',
  'Chromium',
];

/** The table in Markdown: codec by container by origin, a row a film. */
export function evidenceTable(rows: readonly TableRow[]): string {
  const lines = rows.map(({ codec, container, origin, what, evidence }) => [
    codec,
    container.toUpperCase(),
    origin,
    what,
    String(evidence.frames),
    String(evidence.outside),
    String(evidence.inside),
    String(evidence.wrongSeeks),
    String(evidence.disagreements),
    String(evidence.ffmpeg),
    String(evidence.chromium),
  ]);
  return [head, head.map(() => '---'), ...lines].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
