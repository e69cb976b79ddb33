import type { FilePort } from '@patchwork/kernel';
import { base64FromBytes, bytesFromBase64 } from '../bytes/base64.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { Scratch } from '../bytes/scratch.ts';
import { readChunk } from '../container/chunk-bytes.ts';
import { writeFitted } from './fresh-samples.ts';
import type { Hashing } from '../bytes/hashing.ts';
import type { PlacedChunk } from '../container/movie-spec.ts';
import { mergedConfig } from './parameter-merge.ts';
import { ParameterSetIds } from './parameter-set-ids.ts';
import { pictureStream, type PictureStream } from './picture-stream.ts';

/** One decoder configuration for chunks of several. */
export interface SharedConfig {
  /** Base64, as in a chunk. */
  readonly config: string;
  /** For each configuration, the new ids of its picture parameter sets; null where its chunks stay as they are. */
  readonly pps: readonly (ReadonlyMap<number, number> | null)[];
}

/**
 * Merges decoder configurations (base64) into one: the first keeps its ids, each of the others gets ids that those before
 * it leave free. So one more at the end changes nothing for those before it. `format` is the sample entry's code (`avc1`,
 * `hvc1`, `apch`).
 *
 * @throws PW_PATCH_FORMAT, PW_STREAM_*
 */
export function sharedConfig(format: string, configs: readonly string[]): SharedConfig {
  let config = configs[0] ?? '';
  const used = ParameterSetIds.of(streamOf(format, config));
  const pps: (ReadonlyMap<number, number> | null)[] = [];
  for (const each of configs) {
    const merge = mergedConfig(streamOf(format, config), used, bytesFromBase64(each));
    pps.push(merge.pps);
    if (merge.config !== null) config = base64FromBytes(merge.config);
  }
  return { config, pps };
}

/** A chunk whose slices must name their parameter sets by other ids. */
export interface Misfit {
  readonly chunk: PlacedChunk;
  readonly pps: ReadonlyMap<number, number>;
}

/**
 * Writes chunks with new parameter set ids to `packPath`, which must not exist. Each keeps its key and its
 * configuration, and gets the digest of its new bytes. The result depends on the chunks alone.
 *
 * @throws PW_STREAM_*, PW_PATCH_SLICES, PW_SPLICE_CHUNK_CORRUPT, PW_FILE_*
 */
export async function refitChunks(
  files: FilePort,
  format: string,
  config: string,
  misfits: readonly Misfit[],
  packPath: string,
  hashing: Hashing,
): Promise<readonly PlacedChunk[]> {
  const stream = streamOf(format, config);
  const fitted: PlacedChunk[] = [];
  const pack = await files.open(packPath, 'create');
  try {
    let at = 0;
    const memory = new Scratch();
    const out = new ByteWriter();
    for (const { chunk, pps } of misfits) {
      out.clear();
      const sizes = writeFitted(out, stream, await readChunk(files, chunk, hashing, memory), chunk.sizes, pps);
      const bytes = out.written;
      await pack.write(bytes, at);
      const { runs: _, ...whole } = chunk;
      fitted.push({ ...whole, sizes, digest: hashing.sha256(bytes), path: packPath, offset: at });
      at += bytes.length;
    }
  } finally {
    await pack.close();
  }
  return fitted;
}

/** Chunks that share one decoder configuration. */
export interface FittedChunks {
  /** Base64, as in each chunk. */
  readonly config: string;
  readonly chunks: readonly PlacedChunk[];
}

/**
 * Makes chunks of several configurations fit into one stream (patches of adopted movies): configurations are merged in
 * the order of their first chunks ({@link sharedConfig}). Chunks whose bytes change are written to `packPath`, which must
 * not exist. The result depends on the chunks alone.
 *
 * @throws as {@link sharedConfig} and {@link refitChunks}
 */
export async function fitChunks(
  files: FilePort,
  format: string,
  chunks: readonly PlacedChunk[],
  packPath: string,
  hashing: Hashing,
): Promise<FittedChunks> {
  const configs = [...new Set(chunks.map((chunk) => chunk.config))];
  const shared = sharedConfig(format, configs);
  const ids = new Map(configs.map((config, index) => [config, shared.pps[index] ?? null]));
  const misfits = [...new Set(chunks)].flatMap((chunk) => {
    const pps = ids.get(chunk.config) ?? null;
    return pps === null ? [] : [{ chunk, pps }];
  });
  const refitted = await refitChunks(files, format, shared.config, misfits, packPath, hashing);
  const fitted = new Map(misfits.map(({ chunk }, index) => [chunk, refitted[index] ?? chunk]));
  const { config } = shared;
  return { config, chunks: chunks.map((chunk) => ({ ...(fitted.get(chunk) ?? chunk), config })) };
}

function streamOf(format: string, config: string): PictureStream {
  const types: { readonly [format: string]: string } = {
    avc1: 'avcC',
    avc3: 'avcC',
    hvc1: 'hvcC',
    hev1: 'hvcC',
    av01: 'av1C',
  };
  const type = types[format] ?? '';
  return pictureStream({
    format,
    bytes: new Uint8Array(0),
    sound: null,
    video: { width: 0, height: 0, color: null, pixelAspect: null, config: { type, bytes: bytesFromBase64(config) } },
  });
}
