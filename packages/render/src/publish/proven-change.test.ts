import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { nodeFiles, sha256, startSha256 } from '@patchwork/files';
import { resolveProfile } from '@patchwork/plan';
import { appendOwnMovie, readMovie, writeMovie, type MovieSpec } from '@patchwork/splice';
import { rational } from '@patchwork/time';
import { afterAll, expect, test } from 'vitest';
import { requireProof } from '../proof/proof.ts';
import { provenOrUndone } from './proven-change.ts';

const files = nodeFiles();
const folder = mkdtempSync(join(tmpdir(), 'patchwork-publication-'));
afterAll(() => rmSync(folder, { recursive: true }));

const prove = async (): Promise<void> => requireProof([{ code: 'PROOF_TABLE', message: 'frame 7 is gone' }]);

/** A movie of single frames of a few bytes each, taken from a file of their own. */
function specOf(...bytes: readonly number[]): MovieSpec {
  const facts = { width: 64, height: 64, rate: rational(25) };
  const { video } = resolveProfile({
    requested: 'prores-422-hq',
    ledger: null,
    extension: '.mov',
    timelineFacts: facts,
    firstMediaFacts: null,
  });
  const source = join(folder, 'frames');
  writeFileSync(source, Uint8Array.from(bytes));
  const pieces = bytes.map((byte, offset) => {
    const digest = sha256(Uint8Array.of(byte));
    return { key: digest, digest, sizes: [1], order: [0], sync: [true], config: '', path: source, offset };
  });
  return { format: 'mov', video: { profile: video, pieces }, sound: null, timecode: null, tags: {} };
}

test('a file that failed its proof is put back, and that is what is told', async () => {
  const path = join(folder, 'whole.mov');
  const hashing = { sha256, startSha256 };
  await writeMovie(files, path, specOf(1, 2, 3), hashing);
  const before = readFileSync(path);
  await appendOwnMovie(files, await readMovie(files, path, sha256), specOf(1, 9, 3), hashing, async () => undefined);
  const { digest } = (await readMovie(files, path, sha256)).moov;
  expect(readFileSync(path).equals(before)).toBe(false);
  await expect(provenOrUndone({ files, sha256 }, path, digest, prove)).rejects.toMatchObject({
    code: 'PW_PROOF_FAILED',
    message: 'the new file did not stand its proof: frame 7 is gone',
    hint: 'The file was put back as it was. Please report this with the details from --json.',
    details: { findings: [{ code: 'PROOF_TABLE', message: 'frame 7 is gone' }] },
  });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('where a file that failed its proof cannot be put back either, both reasons are told, and what to do', async () => {
  const path = join(folder, 'film.mov');
  const digest = sha256(new Uint8Array(0));
  writeFileSync(path, 'no movie at all');
  await expect(provenOrUndone({ files, sha256 }, path, digest, prove)).rejects.toMatchObject({
    code: 'PW_PROOF_FAILED',
    message: expect.stringMatching(/frame 7 is gone; and ".*film\.mov" could not be put back: .*begins with no box/),
    hint: 'The file holds a version that failed its proof: run patchwork undo on it.',
    details: { findings: [{ code: 'PROOF_TABLE', message: 'frame 7 is gone' }], path },
    cause: { code: 'PW_PROOF_FAILED' },
  });
});

test('a file that another program put there during the proof keeps its versions', async () => {
  const path = join(folder, 'raced.mov');
  const hashing = { sha256, startSha256 };
  await writeMovie(files, path, specOf(1, 2, 3), hashing);
  await appendOwnMovie(files, await readMovie(files, path, sha256), specOf(1, 9, 3), hashing, async () => undefined);
  const theirs = readFileSync(path);
  await appendOwnMovie(files, await readMovie(files, path, sha256), specOf(7, 9, 3), hashing, async () => undefined);
  const { digest } = (await readMovie(files, path, sha256)).moov;
  const race = async (): Promise<void> => {
    writeFileSync(path, theirs);
    await prove();
  };
  await expect(provenOrUndone({ files, sha256 }, path, digest, race)).rejects.toMatchObject({
    code: 'PW_PROOF_FAILED',
    message: expect.stringMatching(/could not be put back: another program put another file there meanwhile/),
  });
  expect(readFileSync(path).equals(theirs)).toBe(true);
});
