import type { Digest } from '@patchwork/kernel';
import type { MissingChunk } from '@patchwork/plan';
import type { StoredChunk } from '@patchwork/store';
import type { RenderContext } from './context.ts';
import { encodeMissing } from './encode-missing.ts';
import type { Preparation } from './preparation.ts';
import type { RenderRequest } from './request.ts';

/** The chunks of a run: those at hand at its start, and those that it has rendered since. */
export class ChunkBench {
  readonly atHand: Map<Digest, StoredChunk>;
  /** Keys rendered in this run. */
  readonly fresh: Set<Digest> = new Set<Digest>();
  readonly #context: RenderContext;
  readonly #request: RenderRequest;
  readonly #preparation: Preparation;

  constructor(context: RenderContext, request: RenderRequest, preparation: Preparation) {
    this.#context = context;
    this.#request = request;
    this.#preparation = preparation;
    this.atHand = new Map(preparation.atHand);
  }

  /** Renders chunks into the store and puts them on the bench. @throws as `encodeMissing` */
  async render(missing: readonly MissingChunk[]): Promise<void> {
    const { program, profile, catalog } = this.#preparation;
    const stored = await encodeMissing(this.#context, {
      program,
      missing,
      video: profile.video,
      media: catalog.named,
      unmodelled: this.#request.onUnknown === 'trust' ? 'pass-through' : 'refuse',
    });
    for (const chunk of stored) {
      this.atHand.set(chunk.key, chunk);
      this.fresh.add(chunk.key);
    }
  }

  /** Renders one chunk again whose bytes turned out wrong. */
  async replace(key: Digest): Promise<void> {
    const chunk = this.#preparation.chunks.find((each) => each.key === key);
    if (chunk === undefined) throw new TypeError(`ChunkBench.replace: key ${key} is not in the plan`);
    this.atHand.delete(key);
    await this.render([{ key, range: { in: chunk.in, out: chunk.out }, reasons: [] }]);
  }

  /** Frames encoded in this run, each key once. */
  renderedFrames(): number {
    let frames = 0;
    for (const key of this.fresh) frames += this.atHand.get(key)?.order.length ?? 0;
    return frames;
  }
}
