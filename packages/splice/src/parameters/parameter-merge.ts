import { PatchworkError } from '@patchwork/kernel';
import { ueLength } from '../bitstream/bits.ts';
import { coloredH264Sps } from '../container/h264-color.ts';
import { coloredHevcSps } from '../container/hevc-color.ts';
import {
  readAvcConfig,
  readH264PpsIds,
  readH264Sps,
  renumberedH264Pps,
  renumberedH264Sps,
  writeAvcConfig,
  type AvcConfig,
} from '../bitstream/h264.ts';
import {
  hevcTypes,
  hevcUnits,
  hevcVpsId,
  readHevcConfig,
  readHevcPpsIds,
  readHevcSps,
  renumberedHevcPps,
  renumberedHevcSps,
  renumberedHevcVps,
  writeHevcConfig,
  type HevcConfig,
} from '../bitstream/hevc.ts';
import { readAv1Sequence, sequenceHeaderOf } from '../bitstream/av1.ts';
import { formatDifferences, type PictureFormat } from '../bitstream/picture-format.ts';
import { freeId, freePpsId } from '../bitstream/renumber.ts';
import type { ColorCodes } from '../container/movie.ts';
import type { ParameterSetIds } from './parameter-set-ids.ts';
import type { PictureStream } from './picture-stream.ts';

/** How fresh pictures join a stream. */
export interface MergedConfig {
  /** Content of the configuration box for both; null where the codec has none. */
  readonly config: Uint8Array | null;
  /** New picture parameter set ids of the fresh slices; null when they stay as they are. */
  readonly pps: ReadonlyMap<number, number> | null;
}

/** Largest ids: H.264 SPS 31 and PPS 255, HEVC VPS and SPS 15 and PPS 63. */
const most = { h264Sps: 31, h264Pps: 255, hevcVps: 15, hevcSps: 15, hevcPps: 63 } as const;

/**
 * Merges the parameter sets of fresh pictures into those of the stream they join: the stream's stay as they are, ours
 * get ids of their own, all in the one sample entry. (A second entry, or the same ids between the pictures, look right in
 * a straight decode and break in browsers or after a seek.) Sets that are there from an earlier patch are used again.
 *
 * @throws PW_PATCH_FORMAT naming what differs, PW_STREAM_IDS, PW_STREAM_CONFIG
 */
export function mergedConfig(stream: PictureStream, ids: ParameterSetIds, fresh: Uint8Array): MergedConfig {
  switch (stream.family) {
    case 'intra':
      return { config: null, pps: null };
    case 'av1': {
      const header = sequenceHeaderOf(fresh);
      if (header !== null) refuseOtherFormat(stream.formats, [readAv1Sequence(header)]);
      return { config: stream.config, pps: null };
    }
    case 'h264': {
      const config = readAvcConfig(fresh);
      refuseShortLengths(config.lengthBytes);
      return mergedAvc(stream.config, stream.formats, ids, config);
    }
    case 'hevc': {
      const config = readHevcConfig(fresh);
      refuseShortLengths(config.lengthBytes);
      return mergedHevc(stream.config, stream.formats, ids, config);
    }
  }
}

/** Chunks hold their units behind 4-byte lengths; a piece of another program may not. */
function refuseShortLengths(lengthBytes: number): void {
  if (lengthBytes === 4) return;
  throw new PatchworkError(
    'PW_PATCH_LENGTHS',
    `the piece keeps the lengths of its units in ${lengthBytes} bytes, not 4`,
    {
      hint: 'Remux the piece with a current program.',
      details: { lengthBytes },
    },
  );
}

function mergedAvc(
  base: AvcConfig,
  formats: readonly PictureFormat[],
  ids: ParameterSetIds,
  own: AvcConfig,
): MergedConfig {
  const fresh = {
    ...own,
    sps: own.sps.map((set) => labelledLike(formats[0], set, readH264Sps(set).format, coloredH264Sps)),
  };
  refuseOtherFormat(
    formats,
    fresh.sps.map((set) => readH264Sps(set).format),
  );
  if (containsAll(base.sps, fresh.sps) && containsAll(base.pps, fresh.pps))
    return { config: writeAvcConfig(base), pps: null };
  const spsIds = new Map<number, number>();
  const sps = [...base.sps];
  for (const set of fresh.sps) {
    const old = readH264Sps(set).id;
    const known = base.sps.find((candidate) => sameBytes(candidate, renumberedH264Sps(set, readH264Sps(candidate).id)));
    const id = known === undefined ? freeId(ids.sps, most.h264Sps) : readH264Sps(known).id;
    ids.sps.add(id);
    spsIds.set(old, id);
    if (known === undefined) sps.push(renumberedH264Sps(set, id));
  }
  const ppsIds = new Map<number, number>();
  const pps = [...base.pps];
  for (const set of fresh.pps) {
    const old = readH264PpsIds(set);
    const spsId = spsIds.get(old.sps);
    if (spsId === undefined) throw orphanError(old.id, old.sps);
    const known = base.pps.find((candidate) => {
      const { id } = readH264PpsIds(candidate);
      return ueLength(id) === ueLength(old.id) + 8 && sameBytes(candidate, renumberedH264Pps(set, id, spsId));
    });
    const id = known === undefined ? freePpsId(old.id, ids.pps, most.h264Pps) : readH264PpsIds(known).id;
    ids.pps.add(id);
    ppsIds.set(old.id, id);
    if (known === undefined) pps.push(renumberedH264Pps(set, id, spsId));
  }
  const profiles = [66, 77, 88, 100, 110, 122, 244];
  const higher = profiles.indexOf(fresh.head[0] ?? 0) > profiles.indexOf(base.head[0] ?? 0) ? fresh : base;
  const level = Math.max(base.head[2] ?? 0, fresh.head[2] ?? 0);
  const merged: AvcConfig = {
    lengthBytes: base.lengthBytes,
    sps,
    pps,
    head: Uint8Array.of(higher.head[0] ?? 0, (base.head[1] ?? 0) & (fresh.head[1] ?? 0), level),
    trailer: base.trailer.length > 0 ? base.trailer : higher.trailer,
  };
  return { config: writeAvcConfig(merged), pps: ppsIds };
}

function mergedHevc(
  base: HevcConfig,
  formats: readonly PictureFormat[],
  ids: ParameterSetIds,
  own: HevcConfig,
): MergedConfig {
  const labelled = (set: Uint8Array): Uint8Array =>
    labelledLike(formats[0], set, readHevcSps(set).format, coloredHevcSps);
  const arrays = own.arrays.map((array) =>
    (array.kind & 63) === hevcTypes.sps ? { ...array, units: array.units.map(labelled) } : array,
  );
  const fresh: HevcConfig = { ...own, arrays };
  const units = (config: HevcConfig, type: number): readonly Uint8Array[] => hevcUnits(config, type);
  refuseOtherFormat(
    formats,
    units(fresh, hevcTypes.sps).map((set) => readHevcSps(set).format),
  );
  const kinds = [hevcTypes.vps, hevcTypes.sps, hevcTypes.pps];
  if (kinds.every((kind) => containsAll(units(base, kind), units(fresh, kind)))) {
    return { config: writeHevcConfig(base), pps: null };
  }
  const added = new Map<number, Uint8Array[]>(kinds.map((kind) => [kind, []]));
  const vpsIds = new Map<number, number>();
  for (const set of units(fresh, hevcTypes.vps)) {
    const known = units(base, hevcTypes.vps).find((each) => sameBytes(each, renumberedHevcVps(set, hevcVpsId(each))));
    const id = known === undefined ? freeId(ids.vps, most.hevcVps) : hevcVpsId(known);
    ids.vps.add(id);
    vpsIds.set(hevcVpsId(set), id);
    if (known === undefined) added.get(hevcTypes.vps)?.push(renumberedHevcVps(set, id));
  }
  const spsIds = new Map<number, number>();
  for (const set of units(fresh, hevcTypes.sps)) {
    const old = readHevcSps(set);
    const vps = vpsIds.get(old.vps);
    if (vps === undefined) throw orphanError(old.id, old.vps);
    const known = units(base, hevcTypes.sps).find((each) =>
      sameBytes(each, renumberedHevcSps(set, readHevcSps(each).id, vps)),
    );
    const id = known === undefined ? freeId(ids.sps, most.hevcSps) : readHevcSps(known).id;
    ids.sps.add(id);
    spsIds.set(old.id, id);
    if (known === undefined) added.get(hevcTypes.sps)?.push(renumberedHevcSps(set, id, vps));
  }
  const ppsIds = new Map<number, number>();
  for (const set of units(fresh, hevcTypes.pps)) {
    const old = readHevcPpsIds(set);
    const sps = spsIds.get(old.sps);
    if (sps === undefined) throw orphanError(old.id, old.sps);
    const known = units(base, hevcTypes.pps).find((each) => {
      const { id } = readHevcPpsIds(each);
      return ueLength(id) === ueLength(old.id) + 8 && sameBytes(each, renumberedHevcPps(set, id, sps));
    });
    const id = known === undefined ? freePpsId(old.id, ids.pps, most.hevcPps) : readHevcPpsIds(known).id;
    ids.pps.add(id);
    ppsIds.set(old.id, id);
    if (known === undefined) added.get(hevcTypes.pps)?.push(renumberedHevcPps(set, id, sps));
  }
  const head = base.head.slice();
  head[12] = Math.max(base.head[12] ?? 0, fresh.head[12] ?? 0);
  const merged = base.arrays.map((array) => ({
    kind: array.kind,
    units: [...array.units, ...(added.get(array.kind & 63) ?? [])],
  }));
  return { config: writeHevcConfig({ lengthBytes: base.lengthBytes, head, arrays: merged }), pps: ppsIds };
}

/**
 * Our own chunks say no primaries and no transfer: these are labels of the file, and the file they join has its own. A set
 * that says either is left alone, and so are matrix and range, which pixels depend on.
 */
function labelledLike(
  wanted: PictureFormat | undefined,
  set: Uint8Array,
  format: PictureFormat,
  colored: (set: Uint8Array, color: ColorCodes) => Uint8Array,
): Uint8Array {
  if (wanted === undefined || format.primaries !== 2 || format.transfer !== 2) return set;
  // A film that says no matrix takes pictures of whatever it is shown as.
  const matrix = wanted.matrix === 2 ? 2 : format.matrix;
  if (wanted.primaries === 2 && wanted.transfer === 2 && matrix === format.matrix) return set;
  return colored(set, { ...format, primaries: wanted.primaries, transfer: wanted.transfer, matrix });
}

function refuseOtherFormat(base: readonly PictureFormat[], fresh: readonly PictureFormat[]): void {
  const [wanted] = base;
  if (wanted === undefined) return;
  for (const format of fresh) {
    const names = formatDifferences(wanted, format);
    if (names.length === 0) continue;
    const told = names.map(
      (name) =>
        `${name} ${String(format[name as keyof PictureFormat])} instead of ${String(wanted[name as keyof PictureFormat])}`,
    );
    throw new PatchworkError(
      'PW_PATCH_FORMAT',
      `the fresh pictures differ from the deliverable's: ${told.join(', ')}`,
      {
        hint: 'Encode the piece with the picture format of the deliverable.',
        details: { differs: [...names] },
      },
    );
  }
}

function orphanError(set: number, parent: number): PatchworkError {
  return new PatchworkError(
    'PW_STREAM_SET',
    `parameter set ${set} names set ${parent}, which its configuration does not have`,
    {
      hint: 'The piece is damaged; encode it again.',
      details: { set, parent },
    },
  );
}

function containsAll(list: readonly Uint8Array[], wanted: readonly Uint8Array[]): boolean {
  return wanted.every((set) => list.some((each) => sameBytes(each, set)));
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
