import { makeStack, type Timeline } from '@patchwork/timeline';
import type { Rate } from '@patchwork/time';
import type { Json } from '@patchwork/kernel';
import type { ScriptStep } from '../changes/change.ts';
import { playingAt, viewFor } from './track-at.ts';

/** The timeline in which a step names its track: what a compound holds, for a step within one. Null where that is no compound. */
export function scopeOf(timeline: Timeline, { inside }: ScriptStep, rate: Rate): Timeline | null {
  const selector = selectorIn(inside);
  if (selector === null) return timeline;
  const outer = scopeOf(timeline, selector, rate);
  const view = outer === null ? null : viewFor(outer, selector, rate);
  const { atFrame } = selector;
  const node = view === null || typeof atFrame !== 'number' ? undefined : playingAt(view, atFrame)?.node;
  if (node === undefined || node.kind === 'Clip') return null;
  return { ...timeline, tracks: node.kind === 'Stack' ? node : makeStack({ children: [node] }) };
}

/** By what a step names the compound that it edits within; null for none. */
export function selectorIn(inside: Json | undefined): ScriptStep | null {
  if (typeof inside !== 'object' || inside === null || Array.isArray(inside)) return null;
  return { ...(inside as { readonly [key: string]: Json }), op: 'inside' };
}

/** The same step on each of its tracks: its own, then those that it names beside. */
export function stepsByTrack(step: ScriptStep): readonly ScriptStep[] {
  const { also, ...own } = step;
  const tracks = Array.isArray(also) ? (also as readonly Json[]) : [];
  return [own, ...tracks.map((track): ScriptStep => ({ ...own, track }))];
}
