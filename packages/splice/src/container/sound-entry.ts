import { PatchworkError } from '@patchwork/kernel';
import { bytesFromBase64 } from '../bytes/base64.ts';
import { ByteWriter } from '../bytes/byte-writer.ts';
import type { SoundSpec } from './movie-spec.ts';

/**
 * Builds the sample entry of the sound track. MOV: `sowt`, `in24`, above 65,535 Hz `lpcm`, and `mp4a` with a `wave`
 * atom, as QuickTime and FFmpeg write them. MP4: `ipcm` (ISO 23003-5) and `mp4a`.
 *
 * @throws PW_SPLICE_PAIR when the sound has no place in this container
 */
export function soundEntry(format: 'mp4' | 'mov', sound: SoundSpec): Uint8Array {
  const { codec, sampleRate } = sound.profile;
  if (codec === 'none') throw new TypeError("soundEntry: sound.profile.codec is 'none'; pass no sound at all");
  if (sampleRate > 0xffff && (format === 'mp4' || codec === 'aac')) {
    throw new PatchworkError(
      'PW_SPLICE_PAIR',
      `${codec} sound at ${sampleRate} Hz has no place in an .${format} file`,
      {
        hint: 'Use 48000 Hz, or PCM sound in a .mov file.',
        details: { codec, sampleRate, container: format },
      },
    );
  }
  if (codec === 'aac') return format === 'mov' ? aacMovEntry(sound) : aacMp4Entry(sound);
  if (format === 'mp4') return pcmMp4Entry(sound);
  return sampleRate > 0xffff ? lpcmEntry(sound) : codec === 'pcm_s16le' ? sowtEntry(sound) : in24Entry(sound);
}

/** Bytes of one PCM sample of one channel. @throws TypeError for AAC and none. */
export function bytesPerSample(sound: SoundSpec): 2 | 3 {
  switch (sound.profile.codec) {
    case 'pcm_s16le':
      return 2;
    case 'pcm_s24le':
      return 3;
    default:
      throw new TypeError(`bytesPerSample: ${sound.profile.codec} is not PCM`);
  }
}

/** AudioSampleEntry, 28 bytes after the header: data reference · version · channels, bits, compression id · rate 16.16. */
function entryHead(
  out: ByteWriter,
  sound: SoundSpec,
  parts: { readonly version: number; readonly bits: number; readonly compression: number },
): void {
  out.zeros(6);
  out.u16(1);
  out.u16(parts.version);
  out.zeros(6);
  out.u16(sound.channels);
  out.u16(parts.bits);
  out.u16(parts.compression & 0xffff);
  out.u16(0);
  out.u32(sound.profile.sampleRate * 65536);
}

function built(code: string, body: (out: ByteWriter) => void): Uint8Array {
  const out = new ByteWriter(256);
  out.box(code, () => body(out));
  return out.toBytes();
}

function sowtEntry(sound: SoundSpec): Uint8Array {
  return built('sowt', (out) => {
    entryHead(out, sound, { version: 0, bits: 16, compression: 0 });
    channelLayout(out, sound.channels);
  });
}

/** `in24` is big-endian unless `wave` says otherwise, hence version 1 with an `enda` of 1. */
function in24Entry(sound: SoundSpec): Uint8Array {
  return built('in24', (out) => {
    entryHead(out, sound, { version: 1, bits: 16, compression: 0 });
    out.u32(1);
    out.u32(3);
    out.u32(3 * sound.channels);
    out.u32(2);
    out.box('wave', () => {
      out.box('frma', () => out.latin1('in24'));
      out.box('enda', () => out.u16(1));
      terminator(out);
    });
    channelLayout(out, sound.channels);
  });
}

/** Sound description version 2 (QuickTime): the only one with a rate above 16 bits. Flags: signed, packed, little-endian. */
function lpcmEntry(sound: SoundSpec): Uint8Array {
  const bytes = bytesPerSample(sound);
  return built('lpcm', (out) => {
    out.zeros(6);
    out.u16(1);
    out.u16(2);
    out.zeros(6);
    out.u16(3);
    out.u16(16);
    out.u16(0xfffe);
    out.u16(0);
    out.u32(65536);
    out.u32(72);
    out.f64(sound.profile.sampleRate);
    out.u32(sound.channels);
    out.u32(0x7f000000);
    out.u32(bytes * 8);
    out.u32(0xc);
    out.u32(bytes * sound.channels);
    out.u32(1);
    channelLayout(out, sound.channels);
  });
}

function pcmMp4Entry(sound: SoundSpec): Uint8Array {
  const bits = bytesPerSample(sound) * 8;
  return built('ipcm', (out) => {
    entryHead(out, sound, { version: 0, bits, compression: 0 });
    out.fullBox('pcmC', 0, 0, () => {
      out.u8(1); // little-endian
      out.u8(bits);
    });
    out.fullBox('chnl', 0, 0, () => {
      out.u8(1); // channels, no objects
      out.u8(sound.channels === 1 ? 1 : 2); // layouts of ISO 23091-3: 1 mono, 2 stereo
      out.u32(0);
      out.u32(0); // no channel left out
    });
  });
}

function aacMp4Entry(sound: SoundSpec): Uint8Array {
  return built('mp4a', (out) => {
    entryHead(out, sound, { version: 0, bits: 16, compression: 0 });
    esds(out, sound);
  });
}

function aacMovEntry(sound: SoundSpec): Uint8Array {
  return built('mp4a', (out) => {
    entryHead(out, sound, { version: 1, bits: 16, compression: -2 });
    out.u32(1024);
    out.u32(0);
    out.u32(0);
    out.u32(2);
    out.box('wave', () => {
      out.box('frma', () => out.latin1('mp4a'));
      out.box('mp4a', () => out.u32(0));
      esds(out, sound);
      terminator(out);
    });
  });
}

/** The empty atom that ends a `wave`. */
function terminator(out: ByteWriter): void {
  out.u32(8);
  out.u32(0);
}

/** QuickTime's `chan`: layout tag (mono 100, stereo 101 in the high half), no bitmap, no descriptions. */
function channelLayout(out: ByteWriter, channels: number): void {
  out.fullBox('chan', 0, 0, () => {
    out.u32(((channels === 1 ? 100 : 101) << 16) | channels);
    out.u32(0);
    out.u32(0);
  });
}

/** `esds` (ISO 14496-14): ES descriptor { decoder configuration { AudioSpecificConfig }, SL configuration 2 }. */
function esds(out: ByteWriter, sound: SoundSpec): void {
  const specific = bytesFromBase64(sound.config);
  if (specific.length < 2) {
    throw new PatchworkError('PW_SPLICE_CONFIG', 'the AAC sound has no AudioSpecificConfig', {
      hint: 'Render the sound again.',
    });
  }
  const bitrate = sound.profile.bitrate ?? 0;
  out.fullBox('esds', 0, 0, () => {
    descriptor(out, 0x03, 3 + 5 + 13 + 5 + specific.length + 5 + 1);
    out.u16(0);
    out.u8(0);
    descriptor(out, 0x04, 13 + 5 + specific.length);
    out.u8(0x40); // MPEG-4 audio
    out.u8(0x15); // audio stream
    out.u8(0);
    out.u16(0); // buffer size, 24 bits with the byte before
    out.u32(bitrate);
    out.u32(bitrate);
    descriptor(out, 0x05, specific.length);
    out.bytes(specific);
    descriptor(out, 0x06, 1);
    out.u8(2);
  });
}

/** Tag and length; the length in four bytes, as every writer does. */
function descriptor(out: ByteWriter, tag: number, size: number): void {
  out.u8(tag);
  out.u8(0x80 | ((size >> 21) & 0x7f));
  out.u8(0x80 | ((size >> 14) & 0x7f));
  out.u8(0x80 | ((size >> 7) & 0x7f));
  out.u8(size & 0x7f);
}
