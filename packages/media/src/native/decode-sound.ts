import { closeSync, openSync, writeSync } from 'node:fs';
import type { DecodeSoundJob, DecodedSound } from '../jobs.ts';
import { SoundDecoder } from './sound/sound-decoder.ts';

/** Decodes a file's sound linearly into 32-bit floats, one channel after another. @throws PW_MEDIA_* */
export function decodeSound(job: DecodeSoundJob): DecodedSound {
  const decoder = new SoundDecoder(job.path, job.stream ?? null);
  try {
    const { sampleRate, channels } = decoder;
    const blocks: Float32Array[][] = Array.from({ length: channels }, () => []);
    let samples = 0;
    for (let block = decoder.next(); block !== null; block = decoder.next()) {
      block.forEach((channel, index) => blocks[index]?.push(channel));
      samples += block[0]?.length ?? 0;
    }
    const out = openSync(job.outPath, 'w');
    try {
      for (const channel of blocks) {
        for (const block of channel) writeSync(out, new Uint8Array(block.buffer, block.byteOffset, block.byteLength));
      }
    } finally {
      closeSync(out);
    }
    return { sampleRate, channels, samples };
  } finally {
    decoder.close();
  }
}
