import { activeReferenceOrNull, member } from '@patchwork/timeline';
import type { ValueChange } from './change.ts';
import type { AspectChange } from './effect-change.ts';
import { factChanges, factText, saidFacts } from './said-fact.ts';
import { saidContents, saidThings } from './seen-change.ts';
import type { TrackItem } from '../items/track-item.ts';

/** Tells whether an item is a title or another generator whose look its template says. */
export function isTitle({ node, url }: TrackItem): boolean {
  if (node.kind !== 'Clip' || url !== null) return false;
  const reference = activeReferenceOrNull(node);
  return reference?.kind === 'GeneratorReference' && reference.generatorKind !== 'SolidColor';
}

/**
 * What differs between two titles, as one change: `text "Hello" → "Goodbye", font Helvetica → Futura`. What their files
 * say is read from the canonical text that readers keep of titles;
 * where and how long a title stands is told by its edges. Values are those of every style and parameter that differs.
 */
export function titleChanges(old: TrackItem, next: TrackItem): AspectChange[] {
  if (old.media === next.media && saidContents(old.node) === saidContents(next.node)) return [];
  const [before, after] = [factsOf(old), factsOf(next)];
  const values = factChanges(before, after);
  if (values.length > 0) return [title(factText(values), values)];
  const [a, b] = [templateOf(old), templateOf(next)];
  return a === b ? [] : [title('title changed', [{ name: 'title', old: a, new: b }])];
}

function title(text: string, values: readonly ValueChange[]): AspectChange {
  return { kind: 'title', department: 'titles', text, values };
}

/** The title's text, and what its file says of styles and parameters. */
function factsOf(item: TrackItem): Map<string, string> {
  const text = textOf(item);
  const contents = saidThings(item.node).map(({ content }) => content);
  return new Map([...(text === null ? [] : [['text', text] as const]), ...saidFacts(contents)]);
}

function textOf({ node }: TrackItem): string | null {
  const reference = node.kind === 'Clip' ? activeReferenceOrNull(node) : null;
  const text = reference?.kind === 'GeneratorReference' ? member(reference.parameters, 'text') : undefined;
  return typeof text === 'string' ? text : null;
}

/** All that is said, without the title's own length and start, which its edges tell. */
function templateOf(item: TrackItem): string {
  return `${item.media}\n${saidContents(item.node)}`.replace(/ start=\S* duration=\S*/g, '');
}
