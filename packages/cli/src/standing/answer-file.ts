import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sha256 } from '@patchwork/files';
import type { Digest } from '@patchwork/kernel';
import type { Observation } from './observation.ts';

/*
 * Answers of command lines that will be given again as long as nothing changed:
 *
 *   <store>/answers/<key of the command line>.json     one line with the digest of the rest, then the rest as JSON
 *
 * A cache: nothing here must survive a crash, and what is broken or absent costs one slow run.
 */

/** What a command line said, and all that it looked at to say it. */
export interface StandingAnswer {
  readonly stdout: string;
  readonly observations: readonly Observation[];
}

/** Answers that a store keeps. */
const mostAnswers = 64;

/** Reads what is kept for a command line; null where there is nothing whole. */
export function readAnswer(storeFolder: string, key: Digest): StandingAnswer | null {
  try {
    const text = readFileSync(answerPath(storeFolder, key), 'utf8');
    const end = text.indexOf('\n');
    const body = text.slice(end + 1);
    // Written by us or by nobody: a right digest makes the form right.
    return sha256(body) === text.slice(0, end) ? (JSON.parse(body) as StandingAnswer) : null;
  } catch {
    return null;
  }
}

/** Keeps an answer in place of the one before. Gives up silently where the store does not let it: the next run is slow again. */
export function writeAnswer(storeFolder: string, key: Digest, answer: StandingAnswer): void {
  const folder = join(storeFolder, 'answers');
  const aside = join(folder, `${key}.${process.pid}.new`);
  try {
    mkdirSync(folder, { recursive: true });
    forgetOldest(folder);
    const body = JSON.stringify(answer);
    writeFileSync(aside, `${sha256(body)}\n${body}`);
    renameSync(aside, answerPath(storeFolder, key));
  } catch {
    // A disk that is full or may not be written: whatever stands aside goes with the oldest.
    return;
  }
}

function answerPath(storeFolder: string, key: Digest): string {
  return join(storeFolder, 'answers', `${key}.json`);
}

function forgetOldest(folder: string): void {
  const kept = readdirSync(folder).map((name) => {
    const path = join(folder, name);
    return { path, writtenMs: statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0 };
  });
  const tooMany = kept.toSorted((a, b) => b.writtenMs - a.writtenMs).slice(mostAnswers - 1);
  for (const { path } of tooMany) rmSync(path, { force: true });
}
