import { dirname } from 'node:path';
import { PatchworkError } from '@patchwork/kernel';
import type { SoundPiece } from '@patchwork/program';
import type { EncodedSound, SoundJob } from '../jobs.ts';
import { soundWriter } from './sound/sound-encoder.ts';
import { PieceReader, sourceRange, sourceWalk } from './sound/sound-reader.ts';
import { SoundStore } from './sound/sound-store.ts';

/** Record samples mixed at a time. The result does not depend on it (test). */
const defaultBlock = 1 << 15;

/**
 * Renders a programme's sound in one pass: every source is decoded linearly from its first sample, what is played of it
 * kept in a temporary file; then the programme is mixed block by block and encoded.
 *
 * @throws PW_MEDIA_OFFLINE, PW_MEDIA_DECODE, PW_MEDIA_ENCODER, PW_MEDIA_WRITE
 */
export function renderSound(
  job: SoundJob,
  onSamples: (done: number) => void,
  block: number = defaultBlock,
): EncodedSound {
  const { sound, profile } = job;
  if (profile.sampleRate !== sound.sampleRate) {
    throw new TypeError(
      `job.profile.sampleRate: ${profile.sampleRate}, but the programme is mixed at ${sound.sampleRate}`,
    );
  }
  const stores = openStores(job);
  try {
    const writer = soundWriter(profile, job.outPath, sound.samples);
    try {
      mix(job, stores, block, (left, right, count, done) => {
        writer.write(left, right, count);
        onSamples(done);
      });
      return writer.finish();
    } finally {
      writer.close();
    }
  } finally {
    for (const store of stores.values()) store.close();
  }
}

function sourceKey(piece: SoundPiece): string {
  return `${piece.media} ${piece.stream}`;
}

function openStores(job: SoundJob): Map<string, SoundStore> {
  const groups = new Map<string, SoundPiece[]>();
  for (const piece of job.sound.pieces) {
    const group = groups.get(sourceKey(piece));
    if (group === undefined) groups.set(sourceKey(piece), [piece]);
    else group.push(piece);
  }
  const stores = new Map<string, SoundStore>();
  try {
    for (const [key, pieces] of groups) {
      const [first] = pieces;
      if (first === undefined) continue;
      const media = job.media.find((one) => one.identity === first.media);
      if (media === undefined) {
        throw new PatchworkError('PW_MEDIA_OFFLINE', `no file is known for media ${first.media}`, {
          hint: 'Give the job every file that its sound names.',
          details: { media: first.media },
        });
      }
      stores.set(
        key,
        new SoundStore(
          media.path,
          first.stream,
          (rate) => pieces.map((piece) => sourceRange(sourceWalk(piece, rate, job.sound.sampleRate), 0, piece.length)),
          job.tempFolder ?? dirname(job.outPath),
          `sound-${process.pid}-${stores.size}.tmp`,
        ),
      );
    }
  } catch (error) {
    for (const store of stores.values()) store.close();
    throw error;
  }
  return stores;
}

function mix(
  job: SoundJob,
  stores: ReadonlyMap<string, SoundStore>,
  block: number,
  use: (left: Float64Array, right: Float64Array, count: number, done: number) => void,
): void {
  const { sound } = job;
  const left = new Float64Array(block);
  const right = new Float64Array(block);
  // In order of track, then time, as given: the order of the sum is part of its value.
  const waiting = sound.pieces.map((piece, order) => ({ piece, order })).toSorted((a, b) => a.piece.at - b.piece.at);
  let active: { piece: SoundPiece; order: number; reader: PieceReader }[] = [];
  let next = 0;
  for (let from = 0; from < sound.samples; from += block) {
    const to = Math.min(sound.samples, from + block);
    left.fill(0);
    right.fill(0);
    active = active.filter(({ piece }) => piece.at + piece.length > from);
    for (let one = waiting[next]; one !== undefined && one.piece.at < to; one = waiting[next]) {
      next += 1;
      const store = stores.get(sourceKey(one.piece));
      if (store !== undefined) active.push({ ...one, reader: new PieceReader(one.piece, store, sound.sampleRate) });
    }
    for (const { piece, reader } of active.toSorted((a, b) => a.order - b.order)) {
      const start = Math.max(from, piece.at);
      const end = Math.min(to, piece.at + piece.length);
      if (end > start) reader.addTo(left, right, start - from, start - piece.at, end - piece.at);
    }
    use(left, right, to - from, to);
  }
}
