import { PatchworkError } from '@patchwork/kernel';
import { readAv1Sequence, sequenceHeaderOf } from '../bitstream/av1.ts';
import { readAvcConfig, readH264Sps, type AvcConfig } from '../bitstream/h264.ts';
import { hevcTypes, hevcUnits, readHevcConfig, readHevcSps, type HevcConfig } from '../bitstream/hevc.ts';
import type { PictureFormat } from '../bitstream/picture-format.ts';
import type { SampleEntry } from '../container/movie.ts';

/** How the pictures of a track are coded, as far as cutting and joining needs to know. */
export type PictureStream =
  | { readonly family: 'h264'; readonly config: AvcConfig; readonly formats: readonly PictureFormat[] }
  | { readonly family: 'hevc'; readonly config: HevcConfig; readonly formats: readonly PictureFormat[] }
  | { readonly family: 'av1'; readonly config: Uint8Array; readonly formats: readonly PictureFormat[] }
  /** Every picture stands alone: ProRes, DNxHD/HR, Motion JPEG, uncompressed. */
  | { readonly family: 'intra'; readonly formats: readonly PictureFormat[] };

/** Sample entries whose pictures all stand alone. */
const intraFormats: readonly string[] = [
  'apch',
  'apcn',
  'apcs',
  'apco',
  'ap4h',
  'ap4x',
  'AVdn',
  'AVdh',
  'mjpa',
  'mjpb',
  'jpeg',
  'v210',
  '2vuy',
  'yuv2',
  'CFHD',
];

/**
 * Reads what a picture sample entry says of its stream.
 *
 * @throws PW_ADOPT_CODEC for a codec that cannot be cut, PW_ADOPT_ENCRYPTED, PW_ADOPT_DYNAMIC_HDR,
 * PW_ADOPT_IN_BAND when the parameter sets are not in the entry, PW_STREAM_*
 */
export function pictureStream(entry: SampleEntry): PictureStream {
  refuseUnseen(entry);
  const config = entry.video?.config ?? null;
  if (intraFormats.includes(entry.format)) return { family: 'intra', formats: [] };
  switch (entry.format) {
    case 'avc1':
    case 'avc3': {
      const avc = readAvcConfig(needConfig(entry, config, 'avcC'));
      if (avc.sps.length === 0 || avc.pps.length === 0) throw inBandError(entry);
      return { family: 'h264', config: avc, formats: avc.sps.map((set) => readH264Sps(set).format) };
    }
    case 'hvc1':
    case 'hev1': {
      const hevc = readHevcConfig(needConfig(entry, config, 'hvcC'));
      const sets = hevcUnits(hevc, hevcTypes.sps);
      if (sets.length === 0 || hevcUnits(hevc, hevcTypes.pps).length === 0) throw inBandError(entry);
      return { family: 'hevc', config: hevc, formats: sets.map((set) => readHevcSps(set).format) };
    }
    case 'av01': {
      const av1C = needConfig(entry, config, 'av1C');
      const header = sequenceHeaderOf(av1C);
      return { family: 'av1', config: av1C, formats: header === null ? [] : [readAv1Sequence(header)] };
    }
    default:
      throw new PatchworkError('PW_ADOPT_CODEC', `pictures coded as "${entry.format}" cannot be patched`, {
        hint: 'H.264, HEVC, AV1, ProRes, DNxHR and Motion JPEG can; convert the deliverable, or render it with --full.',
        details: { format: entry.format },
      });
  }
}

/** Metadata that goes along with each picture and that a patch would not have. */
function refuseUnseen(entry: SampleEntry): void {
  const text = Buffer.from(entry.bytes).toString('latin1');
  if (entry.format === 'encv' || text.includes('sinf')) {
    throw new PatchworkError('PW_ADOPT_ENCRYPTED', 'the pictures are encrypted', {
      hint: 'Patch the file before it is encrypted.',
    });
  }
  if (['dvcC', 'dvvC', 'dvwC'].some((type) => text.includes(type))) {
    throw new PatchworkError('PW_ADOPT_DYNAMIC_HDR', 'the pictures carry Dolby Vision metadata', {
      hint: 'Patch the file before the metadata is added, or render it anew.',
    });
  }
}

function needConfig(
  entry: SampleEntry,
  config: { readonly type: string; readonly bytes: Uint8Array } | null,
  type: string,
): Uint8Array {
  if (config?.type === type) return config.bytes;
  throw new PatchworkError('PW_ADOPT_CODEC', `the sample entry "${entry.format}" has no ${type}`, {
    hint: 'Remux the file with a current program, then adopt it.',
    details: { format: entry.format },
  });
}

function inBandError(entry: SampleEntry): PatchworkError {
  return new PatchworkError(
    'PW_ADOPT_IN_BAND',
    `the parameter sets of "${entry.format}" stand between the pictures only`,
    {
      hint: 'Remux the file so that they stand in its header (avc1, hvc1), then adopt it.',
      details: { format: entry.format },
    },
  );
}
