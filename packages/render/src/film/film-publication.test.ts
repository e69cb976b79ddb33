import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles, sha256 } from '@patchwork/files';
import { afterAll, expect, test } from 'vitest';
import { provenOrUndone, requireProof } from './film-publication.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-publication-'));
afterAll(() => rmSync(folder, { recursive: true }));

test('where a file that failed its proof cannot be put back either, both reasons are told, and what to do', async () => {
  const path = join(folder, 'film.mov');
  writeFileSync(path, 'no movie at all');
  const prove = async (): Promise<void> =>
    requireProof([{ code: 'PROOF_TABLE', text: 'frame 7 is gone', frame: 7 }], 'The file was put back as it was.');
  await expect(provenOrUndone({ files: nodeFiles(), sha256 }, path, prove)).rejects.toMatchObject({
    code: 'PW_PROOF_FAILED',
    message: expect.stringMatching(/frame 7 is gone; and ".*film\.mov" could not be put back: .*begins with no box/),
    hint: 'The file holds a version that failed its proof: run patchwork undo on it.',
    details: { findings: [{ code: 'PROOF_TABLE', message: 'frame 7 is gone' }], path },
    cause: { code: 'PW_PROOF_FAILED' },
  });
});
