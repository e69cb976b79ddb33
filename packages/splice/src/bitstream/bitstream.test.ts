import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codedSamples, codedStream, sampleOf, type StreamName } from '../testing/coded-movie.ts';
import { isAv1KeySample, obus, readAv1Sequence, sequenceHeaderOf } from './av1.ts';
import { BitReader, BitWriter, ueLength } from './bits.ts';
import {
  readAvcConfig,
  readH264PpsIds,
  readH264Sps,
  renumberedH264Pps,
  renumberedH264Sps,
  writeAvcConfig,
} from './h264.ts';
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
  retypedHevc,
  writeHevcConfig,
} from './hevc.ts';
import { escaped, nalUnits, unescaped } from './nal.ts';
import { freePpsId, renumberedSlice } from './renumber.ts';

const runs = Number(process.env['PW_RUNS'] ?? 400);

/** Bytes in which the sequences that matter for escaping are common. */
const bytesArbitrary = fc
  .array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(0, 0, 0, 1, 2, 3) }, fc.nat({ max: 255 })), {
    maxLength: 120,
  })
  .map((list) => Uint8Array.from(list));

function configOf(name: StreamName): Uint8Array {
  return new Uint8Array(Buffer.from(codedStream(name).config, 'base64'));
}

function copyStart(from: BitReader, to: BitWriter): void {
  to.ue(from.ue());
  to.ue(from.ue());
}

describe('bits', () => {
  test('B1: exponential-Golomb numbers are read as written, in ueLength bits', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 0xfffffffe })), (values) => {
        const out = new BitWriter();
        for (const value of values) out.ue(value);
        expect(out.position).toBe(values.reduce((sum, value) => sum + ueLength(value), 0));
        const back = new BitReader(out.toBytes());
        expect(values.map(() => back.ue())).toEqual(values);
      }),
      { numRuns: runs },
    );
  });

  test('B2: what ends too early or holds absurd numbers is refused with a code', () => {
    expect(() => new BitReader(new Uint8Array(0)).bit()).toThrow(expect.objectContaining({ code: 'PW_STREAM_SHORT' }));
    expect(() => new BitReader(new Uint8Array(4)).ue()).toThrow(expect.objectContaining({ code: 'PW_STREAM_SHORT' }));
    expect(() => new BitReader(new Uint8Array(40)).ue()).toThrow(expect.objectContaining({ code: 'PW_STREAM_VALUE' }));
    expect(() => new BitReader(new Uint8Array(1)).skip(9)).toThrow(
      expect.objectContaining({ code: 'PW_STREAM_SHORT' }),
    );
  });
});

describe('NAL units', () => {
  test('B3: escaping holds no start code and is taken back exactly', () => {
    fc.assert(
      fc.property(bytesArbitrary, fc.constantFrom([0x80], [0x80, 0, 0]), (start, end) => {
        // Every unit ends in its stop bit, or in the zero words that CABAC may add.
        const rbsp = Uint8Array.from([...start, ...end]);
        const nal = escaped(rbsp);
        expect([...unescaped(nal)]).toEqual([...rbsp]);
        for (let i = 2; i < nal.length; i++) {
          const isForbidden = nal[i - 2] === 0 && nal[i - 1] === 0 && (nal[i] ?? 0) < 3;
          expect(isForbidden, 'a start code inside a unit').toBe(false);
        }
      }),
      { numRuns: runs },
    );
  });

  test('B4: a sample is its units, at any width of lengths', () => {
    fc.assert(
      fc.property(
        fc.array(bytesArbitrary.filter((unit) => unit.length > 0)),
        fc.constantFrom(1, 2, 4),
        (units, width) => {
          const sample = sampleOf(units, width);
          expect(nalUnits(sample, width).map(({ start, end }) => [...sample.subarray(start, end)])).toEqual(
            units.map((unit) => [...unit]),
          );
        },
      ),
      { numRuns: runs },
    );
    expect(() => sampleOf([new Uint8Array(256)], 1)).toThrow(expect.objectContaining({ code: 'PW_STREAM_NAL' }));
    expect(() => nalUnits(Uint8Array.of(0, 0, 0, 9, 1), 4)).toThrow(expect.objectContaining({ code: 'PW_STREAM_NAL' }));
  });
});

describe('renumbering', () => {
  test('B5: a slice under a new set id is the same slice, one byte longer, whatever its bits are', () => {
    const arbitrary = fc.record({
      first: fc.nat({ max: 40000 }),
      type: fc.nat({ max: 9 }),
      old: fc.nat({ max: 6 }),
      rest: bytesArbitrary.filter((bytes) => bytes.length > 0),
    });
    fc.assert(
      fc.property(arbitrary, ({ first, type, old, rest }) => {
        const body = (id: number): Uint8Array => {
          const out = new BitWriter();
          out.ue(first);
          out.ue(type);
          out.ue(id);
          out.copy(new BitReader(rest), rest.length * 8);
          // The stop bit, as every unit has one.
          out.bit(1);
          return out.toBytes();
        };
        const id = freePpsId(old, new Set([old, 15, 31]), 255);
        const nal = Uint8Array.from([0x41, ...escaped(body(old))]);
        const moved = Buffer.concat(renumberedSlice(nal, 1, new Map([[old, id]]), copyStart));
        expect(moved[0]).toBe(0x41);
        expect([...unescaped(moved.subarray(1))], 'not the same bits behind the id').toEqual([...body(id)]);
        expect([...moved], 'not escaped as an encoder would').toEqual([0x41, ...escaped(body(id))]);
        expect(body(id).length).toBe(body(old).length + 1);
      }),
      { numRuns: runs },
    );
  });

  test('B6: a set that the configuration does not have, and ids that ran out, are refused', () => {
    const nal = Uint8Array.of(0x41, 0b11100000);
    expect(() => renumberedSlice(nal, 1, new Map([[4, 70]]), copyStart)).toThrow(
      expect.objectContaining({ code: 'PW_STREAM_SET' }),
    );
    const used = new Set(Array.from({ length: 16 }, (_, i) => 15 + i));
    expect(() => freePpsId(0, used, 255)).toThrow(expect.objectContaining({ code: 'PW_STREAM_IDS' }));
    expect(freePpsId(1, used, 255)).toBe(31);
  });

  test('B7: parameter sets of H.264 move to other ids and back, and say the same', () => {
    for (const name of ['h264', 'h264 open gop', 'h264 cavlc slices', 'h264 10 bit'] as const) {
      const { sps, pps } = readAvcConfig(configOf(name));
      for (const set of sps) {
        const moved = renumberedH264Sps(set, 7);
        expect(readH264Sps(moved)).toEqual({ ...readH264Sps(set), id: 7 });
        expect([...renumberedH264Sps(moved, readH264Sps(set).id)]).toEqual([...set]);
      }
      for (const set of pps) {
        const ids = readH264PpsIds(set);
        const moved = renumberedH264Pps(set, 19, 7);
        expect(readH264PpsIds(moved)).toEqual({ id: 19, sps: 7 });
        expect([...renumberedH264Pps(moved, ids.id, ids.sps)]).toEqual([...set]);
      }
    }
  });

  test('B8: parameter sets of HEVC likewise', () => {
    for (const name of ['hevc open gop', 'hevc other'] as const) {
      const config = readHevcConfig(configOf(name));
      for (const set of hevcUnits(config, hevcTypes.vps)) {
        expect(hevcVpsId(renumberedHevcVps(set, 5))).toBe(5);
        expect([...renumberedHevcVps(renumberedHevcVps(set, 5), hevcVpsId(set))]).toEqual([...set]);
      }
      for (const set of hevcUnits(config, hevcTypes.sps)) {
        const old = readHevcSps(set);
        const moved = renumberedHevcSps(set, 3, 5);
        expect(readHevcSps(moved)).toEqual({ ...old, id: 3, vps: 5 });
        expect([...renumberedHevcSps(moved, old.id, old.vps)]).toEqual([...set]);
      }
      for (const set of hevcUnits(config, hevcTypes.pps)) {
        const ids = readHevcPpsIds(set);
        const moved = renumberedHevcPps(set, 16, 3);
        expect(readHevcPpsIds(moved)).toEqual({ id: 16, sps: 3 });
        expect([...renumberedHevcPps(moved, ids.id, ids.sps)]).toEqual([...set]);
      }
    }
    expect([...retypedHevc(Uint8Array.of(0x2a, 0x01, 9), hevcTypes.blaNLp)]).toEqual([0x24, 0x01, 9]);
  });
});

describe('configurations', () => {
  test('B9: avcC and hvcC are written as read', () => {
    for (const name of ['h264', 'h264 10 bit'] as const) {
      expect([...writeAvcConfig(readAvcConfig(configOf(name)))]).toEqual([...configOf(name)]);
    }
    for (const name of ['hevc open gop', 'hevc other'] as const) {
      expect([...writeHevcConfig(readHevcConfig(configOf(name)))]).toEqual([...configOf(name)]);
    }
    for (const read of [readAvcConfig, readHevcConfig]) {
      expect(() => read(Uint8Array.of(1, 2, 3))).toThrow(expect.objectContaining({ code: 'PW_STREAM_CONFIG' }));
    }
  });

  test('B10: the picture format is what was encoded', () => {
    const common = { width: 96, height: 64, progressive: true, primaries: 1, transfer: 1, matrix: 1, fullRange: false };
    const h264 = readAvcConfig(configOf('h264')).sps.map((set) => readH264Sps(set).format);
    expect(h264).toMatchObject([
      { ...common, codec: 'h264', profile: 100, level: 30, chroma: 1, bitDepth: 8, reorder: 2 },
    ]);
    const deep = readAvcConfig(configOf('h264 10 bit')).sps.map((set) => readH264Sps(set).format);
    expect(deep).toMatchObject([{ ...common, codec: 'h264', profile: 110, bitDepth: 10 }]);
    const hevc = hevcUnits(readHevcConfig(configOf('hevc open gop')), hevcTypes.sps).map(
      (set) => readHevcSps(set).format,
    );
    expect(hevc).toMatchObject([{ ...common, codec: 'hevc', profile: 1, chroma: 1, bitDepth: 8 }]);
    const header = sequenceHeaderOf(configOf('av1'));
    expect(header === null ? null : readAv1Sequence(header)).toMatchObject({
      ...common,
      codec: 'av1',
      profile: 0,
      chroma: 1,
      bitDepth: 8,
    });
  });

  test('B11: key samples of AV1 are told from others, also by their heads', () => {
    const samples = codedSamples('av1');
    const keys = samples.map((sample) => isAv1KeySample(sample.subarray(0, 40), sample.length));
    expect(keys).toEqual(codedStream('av1').samples.map((sample) => sample.sync));
    expect(obus(samples[0] ?? new Uint8Array(0)).map((obu) => obu.type)).toContain(1);
  });
});
