import { canonicalJson, PatchworkError, type Digest, type Json, type Sha256 } from '@patchwork/kernel';
import { planChunks, type Chunk, type EncodedChunk, type Toolchain, type VideoProfile } from '@patchwork/plan';
import type { Program } from '@patchwork/program';
import { pictureEntry, sharedConfig, type SharedConfig, type VideoSpec } from '@patchwork/splice';
import type { ChunkSettings, LedgerEntry, MixedSettings, StoredChunk } from '@patchwork/store';

type Container = 'mp4' | 'mov';

/** Settings beside each other in one deliverable, oldest first. What this run encodes with is the last, or one of them. */
export interface Mixture {
  readonly container: Container;
  /** Those of the base. */
  readonly known: readonly ChunkSettings[];
  readonly current: Omit<ChunkSettings, 'config'>;
  /** Index of `current`; `known.length` when the base has no such chunks. */
  readonly at: number;
}

/** A chunk of a mixed plan, and the index of its settings. */
export interface MixedChunk extends Chunk {
  readonly setting: number;
  /** Whether its bytes still name their parameter sets as the encoder did, and must not. */
  readonly isRaw: boolean;
}

/** All settings that an entry's chunks were encoded with, oldest first. */
export function settingsOf(entry: LedgerEntry): readonly ChunkSettings[] {
  if (entry.mixed !== undefined) return entry.mixed.settings;
  return [{ video: entry.profile.video, toolchain: entry.toolchain, config: entry.chunks[0]?.config ?? '' }];
}

/** Places what a run encodes with among a base's settings. */
export function mixtureOf(
  entry: LedgerEntry,
  container: Container,
  video: VideoProfile,
  toolchain: Toolchain,
): Mixture {
  const known = settingsOf(entry);
  const current = { video, toolchain };
  const name = settingsName(current);
  const found = known.findIndex((each) => settingsName(each) === name);
  return { container, known, current, at: found < 0 ? known.length : found };
}

/** Colour is a label here: where it reaches the bytes it must not differ anyway. */
function settingsName({ video, toolchain }: Omit<ChunkSettings, 'config'>): string {
  const { color: _color, ...coded } = video;
  return canonicalJson({ video: coded, toolchain } as unknown as Json);
}

/**
 * Refuses to mix where the sample entry itself says how the pictures are coded: one entry cannot say two things.
 *
 * @throws PW_MIXED_UNSUPPORTED
 */
export function checkOneEntry(entry: LedgerEntry, container: Container, next: VideoProfile, path: string): void {
  for (const { video, config } of settingsOf(entry)) {
    const before = pictureEntry(container, { ...video, color: next.color }, config);
    if (Buffer.compare(before, pictureEntry(container, next, config)) === 0) continue;
    throw new PatchworkError(
      'PW_MIXED_UNSUPPORTED',
      `${path}: the file says how its ${next.codec} pictures are coded, and pictures of the new settings are coded otherwise`,
      {
        hint: 'Render everything anew with --full, or go back to the old settings.',
        details: { path, codec: next.codec },
      },
    );
  }
}

/** Merges the configurations of settings in their order. @throws PW_PATCH_FORMAT, PW_STREAM_* */
export function sharedConfigOf(container: Container, settings: readonly ChunkSettings[]): SharedConfig {
  const first = settings[0];
  if (first === undefined) throw new TypeError('sharedConfigOf: settings is empty');
  return sharedConfig(
    sampleFormat(container, first),
    settings.map(({ config }) => config),
  );
}

/** The sample entry's code: `avc1`. */
export function sampleFormat(container: Container, { video, config }: ChunkSettings): string {
  return Buffer.from(pictureEntry(container, video, config).subarray(4, 8)).toString('latin1');
}

/**
 * Key of a chunk whose parameter set ids were moved. Its bytes are not those of its action key, and hang on all settings
 * up to its own: under the action key they would be taken for a clean chunk.
 */
export function fittedKey(key: Digest, settings: readonly ChunkSettings[], setting: number, sha256: Sha256): Digest {
  const configs = settings.slice(0, setting + 1).map(({ config }) => config);
  return sha256(canonicalJson(['patchwork.fitted/1', key, ...configs]));
}

/** A frame range of a mixed plan: the keys under which its picture can stand in the base, the preferred one first. */
interface Candidates {
  readonly plain: Chunk;
  readonly keys: readonly MixedChunk[];
}

/** The keys that a programme's chunks have under each of a mixture's settings. */
export class MixedPlan {
  readonly #mixture: Mixture;
  readonly #ranges: readonly Candidates[];

  constructor(mixture: Mixture, program: Program, sha256: Sha256) {
    this.#mixture = mixture;
    const { known, current, at, container } = mixture;
    const { pps } = sharedConfigOf(container, known);
    const plans = known.map(({ video, toolchain }) => planChunks(program, video, toolchain, sha256));
    const isMoved = (setting: number): boolean => (pps[setting] ?? null) !== null;
    // The current ones first, then from the newest back.
    const order = known.map((_, index) => index).toSorted((a, b) => Number(b === at) - Number(a === at) || b - a);
    this.#ranges = planChunks(program, current.video, current.toolchain, sha256).map((plain, index) => ({
      plain,
      keys: order.map((setting) => {
        const key = plans[setting]?.[index]?.key ?? plain.key;
        const moved = isMoved(setting) ? fittedKey(key, known, setting, sha256) : key;
        return { in: plain.in, out: plain.out, key: moved, setting, isRaw: false };
      }),
    }));
  }

  /** Every key that may be of use. */
  wanted(): Set<Digest> {
    return new Set(this.#ranges.flatMap(({ plain, keys }) => [plain.key, ...keys.map(({ key }) => key)]));
  }

  /** What stands in the base, whatever its settings, else the chunk of the current ones. */
  choose(base: ReadonlyMap<Digest, StoredChunk>): readonly MixedChunk[] {
    const { at } = this.#mixture;
    return this.#ranges.map(
      ({ plain, keys }) => keys.find(({ key }) => base.has(key)) ?? { ...plain, setting: at, isRaw: true },
    );
  }
}

/**
 * The settings of the new deliverable. `config` is the current ones', as encoded; null when no chunk is of them. Null
 * where all chunks are clean ones of the current settings: then nothing is mixed.
 */
export function settingsAfter(
  mixture: Mixture,
  chunks: readonly MixedChunk[],
  config: string | null,
): MixedSettings | null {
  if (chunks.every(({ isRaw }) => isRaw)) return null;
  const { known, current, at } = mixture;
  const settings = at < known.length || config === null ? known : [...known, { ...current, config }];
  return { settings, of: chunks.map(({ setting }) => setting) };
}

/** The picture track of a deliverable, mixed or not; `pieces` carry their encoders' configurations. */
export function videoSpec(
  container: Container,
  profile: VideoProfile,
  mixed: MixedSettings | undefined,
  pieces: readonly StoredChunk[],
): VideoSpec {
  if (mixed === undefined) return { profile, pieces };
  const { config } = sharedConfigOf(container, mixed.settings);
  const reorder = Math.max(profile.reorder, ...mixed.settings.map(({ video }) => video.reorder));
  // One object a chunk: what is checked and hashed once is recognised by it.
  const shared = new Map([...new Set(pieces)].map((piece) => [piece, { ...piece, config }]));
  return { profile: { ...profile, reorder }, pieces: pieces.map((piece) => shared.get(piece) ?? piece) };
}

/** Says in words how many frames are of which older settings; null for a deliverable of one. */
export function mixedNote(entry: {
  readonly mixed?: MixedSettings;
  readonly chunks: readonly EncodedChunk[];
}): string | null {
  const { mixed } = entry;
  if (mixed === undefined) return null;
  const frames = mixed.settings.map(() => 0);
  entry.chunks.forEach(({ order }, index) => {
    const setting = mixed.of[index] ?? 0;
    frames[setting] = (frames[setting] ?? 0) + order.length;
  });
  return `mixed settings, so never called clean: ${frames.map((count, index) => `${count} frames of settings ${index + 1}`).join(', ')}`;
}
