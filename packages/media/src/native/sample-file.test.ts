import { existsSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SampleFile } from './sample-file.ts';

test.skipIf(!existsSync('/dev/full'))('a full disk is told by its own code, with the path', () => {
  const file = new SampleFile('/dev/full', 'sound');
  try {
    expect(() => file.append(new Uint8Array(4096))).toThrow(
      expect.objectContaining({
        code: 'PW_FILE_NO_SPACE',
        message: 'cannot write rendered sound to "/dev/full": the disk is full',
      }),
    );
  } finally {
    file.close();
  }
});

test('what cannot be opened is told as a failed job', () => {
  expect(() => new SampleFile('/dev/null/none', 'pictures')).toThrow(
    expect.objectContaining({ code: 'PW_MEDIA_WRITE' }),
  );
});
