import { canonicalJson, type Json } from '@patchwork/kernel';
import type { ScriptStep } from '../changes/change.ts';

/**
 * Makes one step of what happens alike on picture and sound: an editor trims a clip with its sound, once. Steps of different
 * tracks do not touch each other, so only the order within a track counts, and that stays.
 */
export function foldLinkedSteps(steps: readonly ScriptStep[]): readonly ScriptStep[] {
  const tracks = new Map<string, ScriptStep[]>();
  for (const step of steps) {
    const label = canonicalJson(outermostTrack(step));
    tracks.set(label, [...(tracks.get(label) ?? []), step]);
  }
  const [first = [], ...others] = tracks.values();
  return others.reduce(merged, first);
}

/** Within a compound it is the compound's track whose order counts. */
function outermostTrack({ inside, track }: ScriptStep): string {
  if (typeof inside === 'object' && inside !== null && !Array.isArray(inside))
    return outermostTrack(inside as ScriptStep);
  return typeof track === 'string' ? track : '';
}

/** Two lists of steps as one: their longest common run is done once, all else in its order before, between and after. */
function merged(a: readonly ScriptStep[], b: readonly ScriptStep[]): readonly ScriptStep[] {
  const [keysA, keysB] = [a.map(keyOf), b.map(keyOf)];
  const lengths = commonLengths(keysA, keysB);
  const result: ScriptStep[] = [];
  let [i, j] = [0, 0];
  while (i < a.length && j < b.length) {
    const [left, right] = [a[i], b[j]];
    if (left === undefined || right === undefined) break;
    if (isLinked(left, right) && keysA[i] === keysB[j]) {
      result.push(withTrack(left, right));
      i += 1;
      j += 1;
    } else if ((lengths[i + 1]?.[j] ?? 0) >= (lengths[i]?.[j + 1] ?? 0)) {
      result.push(left);
      i += 1;
    } else {
      result.push(right);
      j += 1;
    }
  }
  return [...result, ...a.slice(i), ...b.slice(j)];
}

/** Sound follows picture, or other sound; two pictures that are edited alike are two edits. */
function isLinked(left: ScriptStep, right: ScriptStep): boolean {
  const label = right['track'];
  return (
    right['inside'] === undefined && left['inside'] === undefined && typeof label === 'string' && label.startsWith('A')
  );
}

function withTrack(left: ScriptStep, right: ScriptStep): ScriptStep {
  const also = Array.isArray(left['also']) ? (left['also'] as readonly Json[]) : [];
  return { ...left, also: [...also, right['track'] ?? ''] };
}

function keyOf(step: ScriptStep): string {
  const parts: { [key: string]: Json } = { ...step };
  delete parts['track'];
  delete parts['also'];
  return canonicalJson(parts);
}

/** Length of the longest common run from each pair of places on. */
function commonLengths(a: readonly string[], b: readonly string[]): readonly (readonly number[])[] {
  const lengths = Array.from({ length: a.length + 1 }, () => Array.from({ length: b.length + 1 }, () => 0));
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const row = lengths[i] ?? [];
      row[j] = a[i] === b[j] ? (lengths[i + 1]?.[j + 1] ?? 0) + 1 : Math.max(lengths[i + 1]?.[j] ?? 0, row[j + 1] ?? 0);
    }
  }
  return lengths;
}
