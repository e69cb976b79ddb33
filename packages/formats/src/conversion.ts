import type { Diagnostic, Json } from '@patchwork/kernel';
import { knownEffect, unmodelledOf, type Composable, type Effect, type Item, type Timeline } from '@patchwork/timeline';
import { isNeutralEffect } from './neutral-effect.ts';

/** What a writer did with one kind of thing. `total` = `kept` + `approximated` + `dropped`. */
export interface ConversionRow {
  /** In the plural, for people: `clips`, `dissolves`. */
  readonly what: string;
  readonly total: number;
  readonly kept: number;
  /** Written as something like it, or rounded. */
  readonly approximated: number;
  /** Not in the written file. */
  readonly dropped: number;
}

/** Rows in the order in which they are shown. */
const kinds = [
  'picture tracks',
  'sound tracks',
  'other tracks',
  'clips',
  'nested timelines',
  'transitions',
  'retimes',
  'transforms',
  'crops',
  'opacities',
  'composite modes',
  'conforms',
  'volumes',
  'pans',
  'fades',
  'burn-ins',
  'other effects',
  'markers',
] as const;

type Kind = (typeof kinds)[number];

const kindOfKnown = {
  transform: 'transforms',
  crop: 'crops',
  opacity: 'opacities',
  composite: 'composite modes',
  conform: 'conforms',
  timeMap: 'retimes',
  volume: 'volumes',
  pan: 'pans',
  fade: 'fades',
  burnIn: 'burn-ins',
} as const satisfies { readonly [type: string]: Kind };

/** Which row a writer's remark belongs to; null where it names the effect itself. */
const kindOfCode: { readonly [code: string]: Kind | null } = {
  PW_WRITE_TRANSITION: 'transitions',
  PW_WRITE_RETIME: 'retimes',
  PW_WRITE_NESTED: 'nested timelines',
  PW_WRITE_MARKER: 'markers',
  PW_WRITE_GRID: 'clips',
  PW_BUNDLE_MEDIA: 'clips',
  PW_WRITE_RATE: 'clips',
  PW_WRITE_ITEM: 'clips',
  PW_WRITE_CHANNELS: 'clips',
};

type Counts = Map<Kind, number>;

/**
 * Compares a timeline with what a reader finds in the file that was written from it, kind by kind. What is missing there
 * was dropped; what is there although the writer remarked on it was approximated.
 */
export function conversionTable(
  before: Timeline,
  after: Timeline | null,
  notSaid: readonly Diagnostic[],
): readonly ConversionRow[] {
  const had = countsOf(before);
  const has = after === null ? new Map<Kind, number>() : countsOf(after);
  const remarked = new Map<Kind, Set<string>>();
  for (const { code, severity, message, where } of notSaid) {
    const kind = kindOfRemark(code, message);
    if (kind === null || severity === 'note') continue;
    const places = remarked.get(kind) ?? new Set();
    remarked.set(kind, places.add(where ?? message));
  }
  return kinds.flatMap((what): ConversionRow[] => {
    const total = had.get(what) ?? 0;
    if (total === 0) return [];
    const written = Math.min(total, has.get(what) ?? 0);
    const dropped = total - written;
    // A remark stands for a thing that is missing before it stands for one that is there.
    const approximated = Math.min(written, Math.max(0, (remarked.get(what)?.size ?? 0) - dropped));
    return [{ what, total, kept: written - approximated, approximated, dropped }];
  });
}

function kindOfRemark(code: string, message: string): Kind | null {
  const known = kindOfCode[code];
  if (known !== undefined) return known;
  if (code !== 'PW_WRITE_EFFECT' && code !== 'PW_WRITE_KEYFRAME') return null;
  const named = Object.entries(kindOfKnown).find(([type]) => message.includes(type));
  return named === undefined ? 'other effects' : named[1];
}

function countsOf(timeline: Timeline): Counts {
  const counts: Counts = new Map();
  const add = (kind: Kind, count: number = 1): void => {
    if (count > 0) counts.set(kind, (counts.get(kind) ?? 0) + count);
  };
  const item = (node: Item): void => {
    add('markers', node.markers.length);
    for (const effect of node.effects) if (!isNeutralEffect(effect)) add(kindOfEffect(effect));
    add('other effects', unmodelledOf(node).length);
  };
  const walk = (node: Composable, isInside: boolean): void => {
    if (node.kind === 'Unknown' || node.kind === 'Gap') return;
    if (node.kind === 'Transition') return add('transitions');
    item(node);
    if (node.kind === 'Clip') return add('clips');
    if (node.kind === 'Stack') add('nested timelines');
    // A track of gaps shows nothing, and most formats have none.
    else if (!isInside && node.children.some(({ kind }) => kind !== 'Gap'))
      add(node.trackKind === 'Video' ? 'picture tracks' : node.trackKind === 'Audio' ? 'sound tracks' : 'other tracks');
    for (const child of node.children) walk(child, true);
  };
  item(timeline.tracks);
  for (const child of timeline.tracks.children) walk(child, false);
  return counts;
}

function kindOfEffect(effect: Effect): Kind {
  if (effect.schemaName === 'FreezeFrame' || effect.timeScalar !== null) return 'retimes';
  const known = knownEffect(effect);
  return known === null ? 'other effects' : kindOfKnown[known.type];
}

/** The rows of {@link conversionTable} as lines with aligned columns; empty where there is nothing to say. */
export function conversionLines(rows: readonly ConversionRow[]): readonly string[] {
  if (rows.length === 0) return [];
  const head = ['', 'in', 'kept', 'approximated', 'dropped'];
  const cell = (count: number): string => (count === 0 ? '·' : String(count));
  const body = rows.map(({ what, total, kept, approximated, dropped }) => [
    what,
    String(total),
    cell(kept),
    cell(approximated),
    cell(dropped),
  ]);
  const widths = head.map((title, column) => Math.max(title.length, ...body.map((row) => row[column]?.length ?? 0)));
  return [head, ...body].map((row) =>
    `  ${row.map((text, column) => (column === 0 ? text.padEnd(widths[column] ?? 0) : text.padStart(widths[column] ?? 0))).join('  ')}`.trimEnd(),
  );
}

/** The rows as they stand in the document of `patchwork convert --json`. */
export function conversionJson(rows: readonly ConversionRow[]): Json {
  return rows.map((row): Json => ({ ...row }));
}
