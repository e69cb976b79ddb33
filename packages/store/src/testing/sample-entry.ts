import type { Sha256 } from '@patchwork/kernel';
import type { LedgerChunk, NewLedgerEntry } from '../ledger/ledger-entry.ts';
import { byteLength } from '../chunks/encoded-chunk.ts';
import type { SampleChunk } from './sample-chunks.ts';

/** A deliverable made of samples: its bytes, and the entry that describes it. */
export interface SampleFilm {
  readonly bytes: Uint8Array;
  readonly entry: NewLedgerEntry;
}

/**
 * Makes a film: a head of 32 bytes, then picture chunks with a piece of sound after every second one.
 * @param parts.name goes into the moov digest and the timeline's text.
 */
export function sampleFilm(
  sha256: Sha256,
  parts: {
    readonly name: string;
    readonly picture: readonly SampleChunk[];
    readonly sound?: readonly SampleChunk[];
    readonly parent?: string | null;
  },
): SampleFilm {
  const { name, picture, sound = [], parent = null } = parts;
  const pieces: Uint8Array[] = [new Uint8Array(32).fill(7)];
  let at = 32;
  const place = ({ chunk, bytes }: SampleChunk): LedgerChunk => {
    pieces.push(bytes);
    const offset = at;
    at += byteLength(chunk);
    return { ...chunk, offset };
  };
  const chunks: LedgerChunk[] = [];
  const soundPieces: LedgerChunk[] = [];
  picture.forEach((sample, i) => {
    chunks.push(place(sample));
    const piece = i % 2 === 1 ? sound[(i - 1) / 2] : undefined;
    if (piece !== undefined) soundPieces.push(place({ ...piece, chunk: { ...piece.chunk, key: piece.chunk.digest } }));
  });
  const bytes = new Uint8Array(Buffer.concat(pieces));
  const frames = picture.reduce((sum, { chunk }) => sum + chunk.sizes.length, 0);
  const entry: NewLedgerEntry = {
    parent,
    timeMs: 1_700_000_000_000,
    moovDigest: sha256(`moov of ${name}`),
    fileSize: bytes.length,
    fileSha256: sha256(bytes),
    profile: {
      name: 'h264',
      video: {
        codec: 'h264',
        width: 64,
        height: 36,
        rate: { num: 24000, den: 1001 },
        pixelFormat: 'yuv420p',
        color: { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' },
        gop: 48,
        reorder: 2,
        options: { crf: '20' },
      },
      sound: { codec: 'pcm_s16le', sampleRate: 48000, layout: 'stereo', bitrate: null },
      container: { format: 'mov', startTimecode: null },
    },
    toolchain: { drawing: '1', ffmpeg: '7.1', encoder: 'x264 core 165', cpuClass: null },
    timeline: { name: `${name}.otio`, format: 'otio', text: `{"name":"${name} – Ünïcode\n"}` },
    timelineName: null,
    media: [
      {
        identity: sha256('media'),
        path: '/media/m01.mov',
        container: 'mov',
        video: null,
        sound: [],
        startTimecode: { frame: 86400, dropFrame: false },
      },
    ],
    epochs: [{ range: { in: 3, out: 7 }, number: 1 }],
    range: null,
    renderer: 'ffmpeg',
    counts: { rendered: frames, reused: 0 },
    chunks,
    sound:
      soundPieces.length === 0
        ? null
        : {
            key: sha256(`sound of ${name}`),
            digest: sha256('all packets'),
            config: '',
            samplesPerPacket: 1024,
            priming: 0,
            samples: 1024 * soundPieces.length,
            pieces: soundPieces,
          },
  };
  return { bytes, entry };
}
