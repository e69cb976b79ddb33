import { seenDigestOf, unmodelledOf, type SeenDomain, type TimelineNode } from '@patchwork/timeline';
import type { AspectChange } from './effect-change.ts';

/** Of each domain that is known by digests: what its changes are called. */
const kinds: { readonly [domain in SeenDomain]: 'grade' | 'fusion' | 'effect' } = {
  grade: 'grade',
  fusion: 'fusion',
  effects: 'effect',
};

/** What differs between two nodes in the domains that are known by digest alone: grades, Fusion compositions, effects. */
export function seenChanges(old: TimelineNode, next: TimelineNode): AspectChange[] {
  const [before, after] = [seenByLabel(old), seenByLabel(next)];
  const labels = new Set([...before.keys(), ...after.keys()]);
  return [...labels].flatMap((label): AspectChange[] => {
    const [a, b] = [before.get(label), after.get(label)];
    if (a?.digest === b?.digest) return [];
    const verb = a === undefined ? 'added' : b === undefined ? 'removed' : 'changed';
    const values = [{ name: label, old: a?.digest ?? null, new: b?.digest ?? null }];
    return [{ kind: kinds[(b ?? a)?.domain ?? 'effects'], department: 'vfx', text: `${label} ${verb}`, values }];
  });
}

/** The content of what a node holds unmodelled and says itself, one thing a line. */
export function saidContents(node: TimelineNode): string {
  return saidThings(node)
    .map(({ content }) => content)
    .join('\n');
}

/** What a node holds unmodelled and says itself. */
export function saidThings(node: TimelineNode): ReturnType<typeof unmodelledOf> {
  return unmodelledOf(node).filter(({ content }) => seenDigestOf(content) === null);
}

function seenByLabel(node: TimelineNode): Map<string, { readonly domain: SeenDomain; readonly digest: string }> {
  const found = new Map<string, { readonly domain: SeenDomain; readonly digest: string }>();
  for (const { label, content } of unmodelledOf(node)) {
    const seen = seenDigestOf(content);
    if (seen !== null) found.set(label, seen);
  }
  return found;
}
