import { PatchworkError } from '@patchwork/kernel';
import { BitReader, BitWriter, ueLength } from './bits.ts';
import { headCut, unescaped } from './nal.ts';

/** Bytes of a slice unit that are unescaped to reach its parameter set id: first_mb and slice_type end well before. */
const headBytes = 24;

/**
 * Finds a free picture parameter set id whose `ue(v)` is exactly 8 bits longer than the old one's: then a slice header
 * that names it grows by one whole byte and nothing behind it changes alignment, so any entropy coding can be moved
 * without being understood (0 -> 15…30, 1…2 -> 31…62, 3…6 -> 63…126).
 *
 * @throws PW_STREAM_IDS when none is free
 */
export function freePpsId(old: number, used: ReadonlySet<number>, most: number): number {
  for (let id = 0; id <= most; id++) {
    if (!used.has(id) && ueLength(id) === ueLength(old) + 8) return id;
  }
  throw new PatchworkError('PW_STREAM_IDS', `no free id is left for the picture parameter set ${old}`, {
    hint: 'The deliverable was patched too often; render it anew with --full.',
    details: { old },
  });
}

/** The lowest free id. @throws PW_STREAM_IDS when none is free */
export function freeId(used: ReadonlySet<number>, most: number): number {
  for (let id = 0; id <= most; id++) if (!used.has(id)) return id;
  throw new PatchworkError('PW_STREAM_IDS', `all ${most + 1} ids of parameter sets are used`, {
    hint: 'The deliverable was patched too often; render it anew with --full.',
  });
}

/**
 * A slice unit under another parameter set id, in parts. `before` copies what stands before the id. Only the head is
 * rewritten; the rest, behind a cut where escaping does not matter, is the unit's own bytes.
 *
 * @throws PW_STREAM_SET when the unit names a set that `ids` does not know
 */
export function renumberedSlice(
  nal: Uint8Array,
  headerBytes: number,
  ids: ReadonlyMap<number, number>,
  before: (from: BitReader, to: BitWriter) => void,
): readonly Uint8Array[] {
  const cut = headCut(nal, Math.min(nal.length, headerBytes + headBytes));
  const rbsp = unescaped(nal.subarray(headerBytes, cut));
  const from = new BitReader(rbsp);
  const to = new BitWriter();
  before(from, to);
  const old = from.ue();
  const id = ids.get(old);
  if (id === undefined || ueLength(id) !== ueLength(old) + 8) {
    throw new PatchworkError(
      'PW_STREAM_SET',
      `a slice names the picture parameter set ${old}, which its configuration does not have`,
      {
        hint: 'The stream carries its parameter sets in band; remux it, or render the range anew.',
        details: { old },
      },
    );
  }
  to.ue(id);
  to.copy(from, from.left);
  const head = reescaped(to.toBytes(), cut === nal.length);
  return [nal.subarray(0, headerBytes), head, nal.subarray(cut)];
}

/** As `escaped`, but a head is followed by more bytes and gets no last prevention byte. */
function reescaped(rbsp: Uint8Array, isWhole: boolean): Uint8Array {
  const out: number[] = [];
  let zeros = 0;
  for (const byte of rbsp) {
    if (zeros >= 2 && byte <= 3) {
      out.push(3);
      zeros = 0;
    }
    out.push(byte);
    zeros = byte === 0 ? zeros + 1 : 0;
  }
  if (isWhole && out.at(-1) === 0) out.push(3);
  return Uint8Array.from(out);
}
