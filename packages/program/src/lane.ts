import { over } from './expression.ts';
import type { Segment } from './resolver.ts';

/**
 * Lays lanes of segments over each other, the lowest first. Each lane is in order and without overlap; so is the result,
 * which begins a segment wherever any lane does.
 *
 * Costs the number of edges times the number of lanes.
 */
export function stackLanes(lanes: readonly (readonly Segment[])[]): readonly Segment[] {
  const filled = lanes.filter((lane) => lane.length > 0);
  const [only] = filled;
  if (only === undefined || filled.length === 1) return only ?? [];
  const edges = edgesOf(filled);
  const next = filled.map(() => 0);
  const result: Segment[] = [];
  for (let i = 0; i + 1 < edges.length; i += 1) {
    const from = edges[i] ?? 0;
    const to = edges[i + 1] ?? 0;
    const layers = [];
    for (let index = 0; index < filled.length; index += 1) {
      const lane = filled[index];
      let at = next[index] ?? 0;
      while ((lane?.[at]?.out ?? Infinity) <= from) at += 1;
      next[index] = at;
      const segment = lane?.[at];
      if (segment !== undefined && segment.in <= from) layers.push(segment.expression);
    }
    if (layers.length > 0) result.push({ in: from, out: to, expression: over(layers) });
  }
  return result;
}

/** All edges of the lanes, ascending, each once. */
function edgesOf(lanes: readonly (readonly Segment[])[]): Float64Array {
  let count = 0;
  for (const lane of lanes) count += 2 * lane.length;
  const edges = new Float64Array(count);
  let filled = 0;
  for (const lane of lanes) {
    for (const segment of lane) {
      edges[filled] = segment.in;
      edges[filled + 1] = segment.out;
      filled += 2;
    }
  }
  edges.sort();
  let kept = 0;
  for (let i = 0; i < count; i += 1) {
    const edge = edges[i] ?? 0;
    if (i > 0 && edge === edges[kept - 1]) continue;
    edges[kept] = edge;
    kept += 1;
  }
  return edges.subarray(0, kept);
}

/** The part of a lane within [from, to). */
export function cutLane(lane: readonly Segment[], from: number, to: number): readonly Segment[] {
  const result: Segment[] = [];
  for (const segment of lane) {
    if (segment.out <= from || segment.in >= to) continue;
    const isInside = segment.in >= from && segment.out <= to;
    result.push(isInside ? segment : { ...segment, in: Math.max(segment.in, from), out: Math.min(segment.out, to) });
  }
  return result;
}
