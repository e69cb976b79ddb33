import type { Chunk } from './chunk.ts';
import type { Reason } from './plan.ts';
import type { PlanInput } from './make-plan.ts';

/** First version: only what needs no look at pictures. */
export function reasonFinder(input: PlanInput): (chunk: Chunk) => Reason[] {
  const { previous } = input;
  return ({ in: start, out }) => [
    { code: 'new', text: previous === null ? 'first render' : 'not delivered before', range: { in: start, out } },
  ];
}
