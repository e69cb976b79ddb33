import type { TimelineNode } from '@patchwork/timeline';
import type { AspectChange } from './effect-change.ts';
import { factChanges, factText, saidFacts } from './said-fact.ts';
import { saidContents, saidThings, seenChanges } from './seen-change.ts';

/** What differs between two nodes in what nobody models, as their files say it or as it was seen of their projects. */
export function unmodelledChanges(old: TimelineNode, next: TimelineNode): AspectChange[] {
  return [...saidChanges(old, next), ...seenChanges(old, next)];
}

/** What nobody models and the file says itself: by its parameters, where one thing alone says them otherwise. */
export function saidChanges(old: TimelineNode, next: TimelineNode): AspectChange[] {
  if (saidContents(old) === saidContents(next)) return [];
  const [a, b] = [saidThings(old), saidThings(next)];
  const come = b.filter(({ content }) => !a.some((other) => other.content === content));
  const gone = a.filter(({ content }) => !b.some((other) => other.content === content));
  const label = come[0]?.label ?? gone[0]?.label ?? a[0]?.label ?? 'unmodelled content';
  const tags = { kind: saidKind(label), department: 'vfx' } as const;
  const factsOf = (things: typeof a): ReadonlyMap<string, string> => saidFacts(things.map(({ content }) => content));
  const isOne = come.length === 1 && gone.length === 1 && come[0]?.label === gone[0]?.label;
  const facts = isOne ? factChanges(factsOf(gone), factsOf(come)) : [];
  if (facts.length > 0) return [{ ...tags, text: `${label}: ${factText(facts)}`, values: facts }];
  const verb = a.length < b.length ? 'added' : a.length > b.length ? 'removed' : 'changed';
  const contents = { name: label, old: saidContents(old), new: saidContents(next) };
  return [{ ...tags, text: `${label} ${verb}`, values: [contents] }];
}

/** Grades, Fusion compositions and filters that a file names itself are known by that name; nobody models them. */
function saidKind(label: string): 'grade' | 'fusion' | 'effect' | 'unmodelled' {
  if (/\bfusion\b/i.test(label)) return 'fusion';
  if (/\b(cdl|grade|lut|colou?r correct\w*)\b/i.test(label)) return 'grade';
  return /^(filter|effect) /.test(label) ? 'effect' : 'unmodelled';
}
