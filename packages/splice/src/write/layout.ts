import { runsOf, type MovieSpec, type PlacedChunk, type SoundPlace, type SoundSpec } from '../container/movie-spec.ts';
import type { StorageChunk } from '../container/moov-writer.ts';
import { bytesPerSample } from '../container/sound-entry.ts';

/** The media data of a movie before it is written: what stands where, counted from the first byte of content. */
export interface Layout {
  readonly timecode: readonly StorageChunk[];
  readonly picture: readonly StorageChunk[];
  readonly sound: readonly StorageChunk[];
  /** In file order. */
  readonly segments: readonly Segment[];
  /** Offset of each piece. */
  readonly placed: readonly number[];
  readonly soundPlaced: readonly SoundPlace[];
  readonly sizeBytes: number;
}

/** A run of bytes to be copied, and which digest it belongs to. */
export interface Segment {
  readonly path: string;
  readonly offset: number;
  readonly sizeBytes: number;
  /** The chunk that these bytes are, or are a part of; null for sound. */
  readonly piece: PlacedChunk | null;
  /** Place of the chunk in the programme; −1 for sound. Segments of one chunk have one and stand together. */
  readonly index: number;
}

/** Longest timecode sample in ticks: `stts` counts in 32 bits. */
const longestTimecodeTicks = 2 ** 31;

/** Frames that one timecode sample spans at most. */
export function timecodeSampleFrames(frameDuration: number): number {
  return Math.floor(longestTimecodeTicks / frameDuration);
}

/**
 * Lays out the media data: the timecode samples first, then strides of picture and, behind each, the sound up to its end.
 * A stride ends with the first chunk by which it holds a second of frames (half a second for intra codecs, whose
 * frames are large); a chunk is never divided. The rule looks at lengths only, so equal chunk lists give equal files.
 *
 *     | tc | picture 0–1 s | sound 0–1 s | picture 1–2 s | sound 1–2 s | …
 */
export function layOut(spec: MovieSpec): Layout {
  const { profile, pieces } = spec.video;
  const perSecond = Math.round(profile.rate.num / profile.rate.den);
  const stride = Math.max(1, profile.gop === 1 ? Math.round(perSecond / 2) : perSecond);
  const totalFrames = pieces.reduce((sum, piece) => sum + piece.sizes.length, 0);
  const timecodes = spec.timecode === null ? 0 : Math.ceil(totalFrames / timecodeSampleFrames(profile.rate.den));
  const timecode = Array.from({ length: timecodes }, (_, i) => ({ offset: i * 4, samples: 1 }));
  const picture: StorageChunk[] = [];
  const sound: StorageChunk[] = [];
  const segments: Segment[] = [];
  const placed: number[] = [];
  const soundPlaced: SoundPlace[] = [];
  const feed = spec.sound === null ? null : new SoundFeed(spec.sound);
  let at = timecodes * 4;
  let frames = 0;
  let strideStart = at;
  let strideFrames = 0;
  pieces.forEach((piece, index) => {
    const sizeBytes = sumOf(piece.sizes);
    for (const run of runsOf(piece)) segments.push({ path: piece.path, ...run, piece, index });
    placed.push(at);
    at += sizeBytes;
    frames += piece.sizes.length;
    strideFrames += piece.sizes.length;
    const last = index === pieces.length - 1;
    if (strideFrames < stride && !last) return;
    picture.push({ offset: strideStart, samples: strideFrames });
    if (feed !== null && spec.sound !== null) {
      const until = last ? feed.packets : feed.packetsBefore(frames, profile.rate);
      const run = feed.take(until);
      if (run.packets > 0) {
        sound.push({ offset: at, samples: run.packets });
        for (const place of run.places) {
          segments.push({ ...place, piece: null, index: -1 });
          soundPlaced.push({ path: '', offset: at, sizeBytes: place.sizeBytes });
          at += place.sizeBytes;
        }
      }
    }
    strideStart = at;
    strideFrames = 0;
  });
  return { timecode, picture, sound, segments, placed, soundPlaced: joined(soundPlaced), sizeBytes: at };
}

/** Joins runs that touch, so that how the source was divided does not show. */
function joined(places: readonly SoundPlace[]): SoundPlace[] {
  const list: SoundPlace[] = [];
  for (const place of places) {
    const before = list.at(-1);
    if (before !== undefined && before.offset + before.sizeBytes === place.offset) {
      list[list.length - 1] = { ...before, sizeBytes: before.sizeBytes + place.sizeBytes };
    } else list.push(place);
  }
  return list;
}

/** Sum of a list of sizes. */
export function sumOf(sizes: readonly number[]): number {
  let sum = 0;
  for (const size of sizes) sum += size;
  return sum;
}

/** Hands out the sound stream from its beginning, a run of packets at a time. */
class SoundFeed {
  readonly packets: number;
  readonly #sound: SoundSpec;
  readonly #packetBytes: number;
  #packet = 0;
  #place = 0;
  #inPlace = 0;

  constructor(sound: SoundSpec) {
    this.#sound = sound;
    this.#packetBytes = sound.packetSizes === null ? bytesPerSample(sound) * sound.channels : 0;
    this.packets = sound.packetSizes === null ? sound.samples : sound.packetSizes.length;
  }

  /** Number of packets that begin before the end of `frames` frames; exact. */
  packetsBefore(frames: number, rate: { readonly num: number; readonly den: number }): number {
    const { profile, priming, samplesPerPacket } = this.#sound;
    // packet × samplesPerPacket − priming < frames × den ÷ num × sampleRate
    const over = BigInt(frames) * BigInt(rate.den) * BigInt(profile.sampleRate) + BigInt(priming) * BigInt(rate.num);
    const under = BigInt(samplesPerPacket) * BigInt(rate.num);
    return Math.min(this.packets, Number((over + under - 1n) / under));
  }

  take(until: number): { packets: number; places: SoundPlace[] } {
    const packets = Math.max(0, until - this.#packet);
    let bytes = packets * this.#packetBytes;
    const sizes = this.#sound.packetSizes;
    if (sizes !== null) for (let i = this.#packet; i < until; i++) bytes += sizes[i] ?? 0;
    this.#packet += packets;
    const places: SoundPlace[] = [];
    while (bytes > 0) {
      const place = this.#sound.places[this.#place];
      if (place === undefined) throw new TypeError('SoundFeed.take: the places hold fewer bytes than the packets');
      const sizeBytes = Math.min(bytes, place.sizeBytes - this.#inPlace);
      if (sizeBytes > 0) places.push({ path: place.path, offset: place.offset + this.#inPlace, sizeBytes });
      bytes -= sizeBytes;
      this.#inPlace += sizeBytes;
      if (this.#inPlace === place.sizeBytes) {
        this.#place += 1;
        this.#inPlace = 0;
      }
    }
    return { packets, places };
  }
}
