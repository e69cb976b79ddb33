import { PatchworkError } from '@patchwork/kernel';
import { codecFacts, videoCodecs, type VideoProfile } from '@patchwork/plan';
import { coloredAvcConfig } from './h264-color.ts';
import { coloredHevcConfig } from './hevc-color.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { colorCodes } from './color-codes.ts';
import { bytesFromBase64 } from '../bytes/base64.ts';

/** QuickTime's codes for the ProRes flavours, by the name and the number that FFmpeg's encoder takes as `profile`. */
const proresFormats: { readonly [profile: string]: readonly [format: string, name: string] } = {
  proxy: ['apco', 'Apple ProRes 422 Proxy'],
  '0': ['apco', 'Apple ProRes 422 Proxy'],
  lt: ['apcs', 'Apple ProRes 422 LT'],
  '1': ['apcs', 'Apple ProRes 422 LT'],
  standard: ['apcn', 'Apple ProRes 422'],
  '2': ['apcn', 'Apple ProRes 422'],
  hq: ['apch', 'Apple ProRes 422 HQ'],
  '3': ['apch', 'Apple ProRes 422 HQ'],
  '4444': ['ap4h', 'Apple ProRes 4444'],
  '4': ['ap4h', 'Apple ProRes 4444'],
  '4444xq': ['ap4x', 'Apple ProRes 4444 XQ'],
  '5': ['ap4x', 'Apple ProRes 4444 XQ'],
};

/** What FFmpeg's DNxHR flavours are called by Avid: the compression ids of SMPTE ST 2019-1. */
const dnxhrIds: { readonly [profile: string]: number } = {
  dnxhr_444: 1270,
  dnxhr_hqx: 1271,
  dnxhr_hq: 1272,
  dnxhr_sq: 1273,
  dnxhr_lb: 1274,
};

/**
 * Builds the sample entry of the picture track.
 *
 * @throws PW_SPLICE_PAIR when the codec has no place in this container, PW_SPLICE_CONFIG, PW_STREAM_* when its configuration is unusable
 */
export function pictureEntry(format: 'mp4' | 'mov', profile: VideoProfile, config: string): Uint8Array {
  refusePair(format, profile);
  switch (profile.codec) {
    case 'h264':
      return h264Entry(format, profile, config);
    case 'hevc': {
      const hvcC = configOf('HEVC', 'hvcC', config, 23, 1);
      needLengths('HEVC', hvcC[21] ?? 0);
      const colored = coloredHevcConfig(hvcC, colorCodes(profile.color));
      return visualEntry(format, 'hvc1', '', profile, (out) => out.box('hvcC', () => out.bytes(colored)));
    }
    case 'av1': {
      const av1C = configOf('AV1', 'av1C', config, 4, 0x81);
      return visualEntry(format, 'av01', '', profile, (out) => out.box('av1C', () => out.bytes(av1C)));
    }
    case 'prores': {
      const named = flavourOf(proresFormats, 'ProRes', profile);
      return visualEntry(format, named[0], named[1], profile, () => undefined);
    }
    case 'dnxhr':
      return dnxhrEntry(format, profile);
  }
}

function refusePair(format: 'mp4' | 'mov', { codec }: VideoProfile): void {
  const { title, containers } = codecFacts(codec);
  if (containers.includes(format)) return;
  const legal = videoCodecs.filter((each) => codecFacts(each).containers.includes(format));
  throw new PatchworkError('PW_SPLICE_PAIR', `${title} has no place in an .${format} file`, {
    hint: `${title} goes into .${containers.join(', .')}; .${format} takes ${legal.map((each) => codecFacts(each).title).join(', ')}.`,
    details: { codec, container: format },
  });
}

/** The record in a chunk's configuration: at least `least` bytes that begin with `head`. */
function configOf(title: string, type: string, config: string, least: number, head: number): Uint8Array {
  const bytes = bytesFromBase64(config);
  if (bytes.length >= least && bytes[0] === head) return bytes;
  throw new PatchworkError('PW_SPLICE_CONFIG', `the ${title} configuration of the chunks is no ${type} record`, {
    hint: 'Render the chunks again; run `patchwork fsck` on the store.',
    details: { bytes: bytes.length },
  });
}

function needLengths(title: string, byte: number): void {
  if ((byte & 3) === 3) return;
  throw new PatchworkError('PW_SPLICE_CONFIG', `the ${title} configuration does not say 4-byte NAL lengths`, {
    hint: 'Render the chunks again.',
  });
}

function h264Entry(format: 'mp4' | 'mov', profile: VideoProfile, config: string): Uint8Array {
  const avcC = configOf('H.264', 'avcC', config, 7, 1);
  needLengths('H.264', avcC[4] ?? 0);
  // Chunks are coded without primaries and transfer: they share their bytes whatever the file says of its colour.
  const colored = coloredAvcConfig(avcC, colorCodes(profile.color));
  return visualEntry(format, 'avc1', '', profile, (out) => out.box('avcC', () => out.bytes(colored)));
}

function flavourOf<T>(table: { readonly [name: string]: T }, title: string, profile: VideoProfile): T {
  const name = profile.options['profile'] ?? 'hq';
  const found = table[name];
  if (found !== undefined) return found;
  throw new PatchworkError('PW_SPLICE_CONFIG', `the profile names an unknown ${title} flavour: ${name}`, {
    hint: `Known: ${Object.keys(table).join(', ')}.`,
  });
}

/**
 * Avid's entry for DNxHR: `ACLR` says the range (1 video, 2 full), `ADHR` the compression id, each behind its name and
 * version in text.
 */
function dnxhrEntry(format: 'mp4' | 'mov', profile: VideoProfile): Uint8Array {
  const id = flavourOf(dnxhrIds, 'DNxHR', profile);
  return visualEntry(format, 'AVdh', 'DNxHR', profile, (out) => {
    out.box('ACLR', () => {
      out.latin1('ACLR0001');
      out.u32(profile.color.range === 'pc' ? 2 : 1);
      out.u32(0);
    });
    out.box('ADHR', () => {
      out.latin1('0001');
      for (const word of [id, 0, 1, 0, 0]) out.u32(word);
    });
  });
}

/**
 * VisualSampleEntry (ISO 14496-12, 12.1.3; QuickTime adds vendor, quality and the compressor's name):
 * 6 reserved, data reference 1 · version, revision, vendor, temporal and spatial quality · width, height ·
 * 72 dpi twice · data size 0 · 1 frame a sample · 32 bytes of Pascal string · depth 24 · no colour table.
 */
function visualEntry(
  format: 'mp4' | 'mov',
  code: string,
  name: string,
  profile: VideoProfile,
  config: (out: ByteWriter) => void,
): Uint8Array {
  const out = new ByteWriter(512);
  const quickTime = format === 'mov';
  out.box(code, () => {
    out.zeros(6);
    out.u16(1);
    out.u32(0);
    out.latin1(quickTime ? 'ptwk' : '\0\0\0\0');
    out.u32(quickTime ? 0x200 : 0);
    out.u32(quickTime ? 0x200 : 0);
    out.u16(profile.width);
    out.u16(profile.height);
    out.u32(0x00480000);
    out.u32(0x00480000);
    out.u32(0);
    out.u16(1);
    out.u8(name.length);
    out.latin1(name);
    out.zeros(31 - name.length);
    out.u16(24);
    out.u16(0xffff);
    config(out);
    if (quickTime) {
      // Progressive: 1 field, no order.
      out.box('fiel', () => out.u16(0x0100));
    }
    out.box('colr', () => writeColor(out, quickTime, profile));
    out.box('pasp', () => {
      out.u32(1);
      out.u32(1);
    });
  });
  return out.toBytes();
}

function writeColor(out: ByteWriter, quickTime: boolean, profile: VideoProfile): void {
  const codes = colorCodes(profile.color);
  out.latin1(quickTime ? 'nclc' : 'nclx');
  out.u16(codes.primaries);
  out.u16(codes.transfer);
  out.u16(codes.matrix);
  if (!quickTime) out.u8(codes.fullRange === true ? 0x80 : 0);
}
