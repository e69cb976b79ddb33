import { PatchworkError } from '@patchwork/kernel';
import type { VideoProfile } from '@patchwork/plan';
import { coloredAvcConfig } from './bitstream/h264-color.ts';
import { ByteWriter } from './byte-writer.ts';
import { colorCodes } from './color-codes.ts';
import { bytesFromBase64 } from './base64.ts';

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

/**
 * Builds the sample entry of the picture track.
 *
 * @throws PW_SPLICE_PAIR when the codec has no place in this container, PW_SPLICE_CONFIG, PW_STREAM_* when its configuration is unusable
 */
export function pictureEntry(format: 'mp4' | 'mov', profile: VideoProfile, config: string): Uint8Array {
  switch (profile.codec) {
    case 'h264':
      return h264Entry(format, profile, config);
    case 'prores':
      return proresEntry(format, profile);
  }
}

function h264Entry(format: 'mp4' | 'mov', profile: VideoProfile, config: string): Uint8Array {
  const avcC = bytesFromBase64(config);
  if (avcC.length < 7 || avcC[0] !== 1) {
    throw new PatchworkError('PW_SPLICE_CONFIG', 'the H.264 configuration of the chunks is no avcC record', {
      hint: 'Render the chunks again; run `patchwork fsck` on the store.',
      details: { bytes: avcC.length },
    });
  }
  if (((avcC[4] ?? 0) & 3) !== 3) {
    throw new PatchworkError('PW_SPLICE_CONFIG', 'the H.264 configuration does not say 4-byte NAL lengths', {
      hint: 'Render the chunks again.',
    });
  }
  // Chunks are coded without primaries and transfer: they share their bytes whatever the file says of its colour.
  const colored = coloredAvcConfig(avcC, colorCodes(profile.color));
  return visualEntry(format, 'avc1', '', profile, (out) => out.box('avcC', () => out.bytes(colored)));
}

function proresEntry(format: 'mp4' | 'mov', profile: VideoProfile): Uint8Array {
  if (format === 'mp4') {
    throw new PatchworkError('PW_SPLICE_PAIR', 'ProRes has no place in an .mp4 file', {
      hint: 'Name the deliverable .mov, or choose an H.264 profile.',
      details: { codec: profile.codec, container: format },
    });
  }
  const named = proresFormats[profile.options['profile'] ?? 'hq'];
  if (named === undefined) {
    throw new PatchworkError(
      'PW_SPLICE_CONFIG',
      `the profile names an unknown ProRes flavour: ${profile.options['profile']}`,
      {
        hint: `Known: ${Object.keys(proresFormats).join(', ')}.`,
      },
    );
  }
  return visualEntry(format, named[0], named[1], profile, () => undefined);
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
