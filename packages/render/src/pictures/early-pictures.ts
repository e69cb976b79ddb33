import type { MissingChunk } from '@patchwork/plan';
import type { StoredChunk } from '@patchwork/store';
import type { AheadOfPlan } from '../plan/ahead-of-plan.ts';
import type { RenderContext } from '../run/context.ts';
import { encodeMissing } from './encode-missing.ts';
import { encodeRequest } from './encode-request.ts';
import type { RenderRequest } from '../run/request.ts';

/**
 * Pictures whose rendering begins while the plan is still being made. Until {@link take} they belong to nobody:
 * {@link stop} ends them, and what was finished by then stays in the store.
 */
export class EarlyPictures {
  readonly #context: RenderContext;
  readonly #request: RenderRequest;
  readonly #stop = new AbortController();
  #begun: { readonly keys: string; readonly atMs: number; readonly chunks: Promise<readonly StoredChunk[]> } | null =
    null;

  constructor(context: RenderContext, request: RenderRequest) {
    this.#context = context;
    this.#request = request;
  }

  begin(ahead: AheadOfPlan): void {
    const { missing } = ahead;
    if (missing.length === 0) return;
    const signal = AbortSignal.any([this.#context.signal, this.#stop.signal]);
    const atMs = this.#context.clockMs();
    const chunks = encodeMissing({ ...this.#context, signal }, encodeRequest(this.#request, ahead, missing));
    // Told by whoever takes them; until then a failure needs a listener.
    chunks.catch(() => undefined);
    this.#begun = { keys: keysOf(missing), atMs, chunks };
  }

  /** The chunks of a plan, and since when they are rendered; null where none were begun, or others. */
  async take(missing: readonly MissingChunk[]): Promise<{ readonly chunks: readonly StoredChunk[] } | null> {
    if (this.#begun?.keys !== keysOf(missing)) {
      await this.stop();
      return null;
    }
    const { chunks } = this.#begun;
    this.#begun = null;
    return { chunks: await chunks };
  }

  /** When the rendering began; null where it has not. Milliseconds since 1970. */
  get begunAtMs(): number | null {
    return this.#begun?.atMs ?? null;
  }

  /** Ends what nobody took, and waits until it has. */
  async stop(): Promise<void> {
    const begun = this.#begun;
    this.#begun = null;
    if (begun === null) return;
    this.#stop.abort();
    await begun.chunks.catch(() => undefined);
  }
}

function keysOf(missing: readonly MissingChunk[]): string {
  return missing.map(({ key, range }) => `${key} ${range.in} ${range.out}`).join('\n');
}
