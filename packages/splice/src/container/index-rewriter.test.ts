import { expect, test } from 'vitest';
import { ByteWriter } from '../bytes/byte-writer.ts';
import { rewrittenMoov } from './index-rewriter.ts';
import { indexBoxes } from './index-boxes.ts';
import { codedMovie } from '../testing/coded-movie.ts';
import { temporaryFolder } from '../testing/folder.ts';

const folder = temporaryFolder();

test('an index of any size keeps every byte, whatever the last byte of its size; a wide header becomes a plain one', async () => {
  const movie = await codedMovie('h264', folder);
  const content = movie.moov.bytes.subarray(8);
  for (let more = 0; more < 256; more++) {
    const plain = new ByteWriter();
    plain.box('moov', () => {
      plain.bytes(content);
      plain.box('free', () => plain.zeros(more));
    });
    const bytes = plain.toBytes();
    const wide = new ByteWriter();
    wide.u32(1);
    wide.latin1('moov');
    wide.u64(bytes.length + 8);
    wide.bytes(bytes.subarray(8));
    for (const each of [bytes, wide.toBytes()]) {
      const film = { ...movie, moov: { ...movie.moov, bytes: each } };
      const kept = Buffer.compare(rewrittenMoov(film, new Map(), false), bytes) === 0;
      expect([kept, indexBoxes(film).boxes.at(-1)?.type], `an index of ${each.length} bytes`).toEqual([true, 'free']);
    }
  }
});
