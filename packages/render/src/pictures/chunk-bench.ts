import type { Digest } from '@patchwork/kernel';
import type { MissingChunk } from '@patchwork/plan';
import { refitChunks } from '@patchwork/splice';
import type { MixedSettings, StoredChunk } from '@patchwork/store';
import type { RenderContext } from '../run/context.ts';
import type { EarlyPictures } from './early-pictures.ts';
import { encodeMissing } from './encode-missing.ts';
import { encodeRequest } from './encode-request.ts';
import { fittedKey, sampleFormat, settingsAfter, sharedConfigOf } from '../plan/mixture.ts';
import type { Preparation } from '../plan/preparation.ts';
import type { RenderRequest } from '../run/request.ts';

/** The chunks of a run: those at hand at its start, and those that it has rendered since. */
export class ChunkBench {
  readonly atHand: Map<Digest, StoredChunk>;
  /** Keys rendered in this run. */
  readonly fresh: Set<Digest> = new Set<Digest>();
  /** Settings of the new deliverable's chunks, where they are of several; known after {@link fit}. */
  mixed: MixedSettings | null = null;
  readonly #context: RenderContext;
  readonly #request: RenderRequest;
  readonly #preparation: Preparation;
  readonly #early: EarlyPictures | null;

  constructor(
    context: RenderContext,
    request: RenderRequest,
    preparation: Preparation,
    early: EarlyPictures | null = null,
  ) {
    this.#early = early;
    this.#context = context;
    this.#request = request;
    this.#preparation = preparation;
    this.atHand = new Map(preparation.atHand);
  }

  /** Renders chunks into the store and puts them on the bench. @throws as `encodeMissing` */
  async render(missing: readonly MissingChunk[]): Promise<void> {
    const early = await this.#early?.take(missing);
    const work = encodeRequest(this.#request, this.#preparation, missing);
    const stored = early?.chunks ?? (await encodeMissing(this.#context, work));
    for (const chunk of stored) {
      this.atHand.set(chunk.key, chunk);
      this.fresh.add(chunk.key);
    }
  }

  /**
   * Makes chunks of several settings fit into one stream. Those that must name their parameter sets otherwise are written
   * to `packPath`; it may be removed when the deliverable is written.
   *
   * @throws PW_PATCH_FORMAT, PW_STREAM_*, PW_SPLICE_*
   */
  async fit(packPath: string): Promise<void> {
    const { mixed } = this.#preparation;
    if (mixed === null) return;
    const { files, hashing, sha256 } = this.#context;
    const { mixture } = mixed;
    const raw = new Map(mixed.chunks.filter(({ isRaw }) => isRaw).map((chunk) => [chunk.key, chunk.setting]));
    const firstRaw = [...raw.keys()][0];
    const config = firstRaw === undefined ? null : (this.atHand.get(firstRaw)?.config ?? null);
    this.mixed = settingsAfter(mixture, mixed.chunks, config);
    if (this.mixed === null) return;
    const { settings } = this.mixed;
    const [first] = settings;
    const shared = sharedConfigOf(mixture.container, settings);
    const misfits = [...raw].flatMap(([key, setting]) => {
      const chunk = this.atHand.get(key);
      const pps = shared.pps[setting] ?? null;
      return chunk === undefined || pps === null ? [] : [{ chunk, pps }];
    });
    if (misfits.length === 0 || first === undefined) return;
    const format = sampleFormat(mixture.container, first);
    for (const chunk of await refitChunks(files, format, shared.config, misfits, packPath, hashing)) {
      const key = fittedKey(chunk.key, settings, mixture.at, sha256);
      if (this.fresh.has(chunk.key)) this.fresh.add(key);
      this.atHand.set(chunk.key, { ...chunk, key });
    }
  }

  /** Renders one chunk again whose bytes turned out wrong. @throws `why` where chunks of other settings are about */
  async replace(key: Digest, why: unknown): Promise<void> {
    // The next run finds the damage when it hashes, and renders the chunk under the current settings.
    if (this.mixed !== null) throw why;
    const chunk = this.#preparation.chunks.find((each) => each.key === key);
    if (chunk === undefined) throw new TypeError(`ChunkBench.replace: key ${key} is not in the plan`);
    this.atHand.delete(key);
    await this.render([{ key, range: { in: chunk.in, out: chunk.out }, reasons: [] }]);
  }

  /**
   * Finds chunks again whose packs another process removed since (it delivered them, or needed the room); what is found
   * nowhere is rendered again. Returns how many there were. @throws as `encodeMissing`
   */
  async replaceGone(): Promise<number> {
    const { files, store } = this.#context;
    const gone = new Set<string>();
    for (const path of new Set([...this.atHand.values()].map((chunk) => chunk.path)))
      if ((await files.stat(path)) === null) gone.add(path);
    const keys = new Set([...this.atHand.values()].filter(({ path }) => gone.has(path)).map(({ key }) => key));
    const lost = this.#preparation.chunks.filter(({ key }) => keys.has(key));
    // Chunks that were made to fit into a mixed stream stand in no plan.
    if (new Set(lost.map(({ key }) => key)).size < keys.size) return 0;
    await store.refresh();
    const found = store.find(keys);
    for (const key of keys) this.atHand.delete(key);
    for (const chunk of found.values()) this.atHand.set(chunk.key, chunk);
    const missing = new Map(lost.filter(({ key }) => !found.has(key)).map((chunk) => [chunk.key, chunk]));
    await this.render(
      [...missing.values()].map((chunk) => ({ key: chunk.key, range: { in: chunk.in, out: chunk.out }, reasons: [] })),
    );
    return keys.size;
  }

  /** Frames encoded in this run, each key once. */
  renderedFrames(): number {
    let frames = 0;
    for (const key of this.fresh) frames += this.atHand.get(key)?.order.length ?? 0;
    return frames;
  }
}
