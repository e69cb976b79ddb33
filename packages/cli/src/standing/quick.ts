import { nodeFiles } from '@patchwork/files';
import { isPatchworkError } from '@patchwork/kernel';
import { readSettings } from '../settings.ts';
import { processTerminal } from '../terminal.ts';
import { commandLineKey } from './command-line-key.ts';
import { standingAnswer } from './standing-answer.ts';

/** Commands whose answers may stand. */
const standing = new Set(['render', 'plan']);

/**
 * Answers the command line of this process where the last answer still stands, before the program itself is loaded: a run
 * that finds nothing changed costs little more than Node's own start. Returns false, having done nothing, everywhere else.
 */
export async function answerAtOnce(): Promise<boolean> {
  const words = process.argv.slice(2);
  if (!standing.has(words[0] ?? '')) return false;
  const terminal = processTerminal();
  const [folder, { env }] = [process.cwd(), process];
  const key = commandLineKey({ words, folder, env, terminal });
  const store = key === null ? null : await storeFolder(words, folder);
  const text = key === null || store === null ? null : standingAnswer(store, key);
  if (text !== null) terminal.stdout(text);
  return text !== null;
}

/**
 * The store that the words mean. A word that only looks like `--store` leads to no answer at worst: the key names all words.
 */
async function storeFolder(words: readonly string[], folder: string): Promise<string | null> {
  const flags: { store?: string } = {};
  for (const [at, word] of words.entries()) {
    const next = words[at + 1];
    if (word === '--store' && next !== undefined) flags.store = next;
    else if (word.startsWith('--store=')) flags.store = word.slice('--store='.length);
  }
  try {
    return (await readSettings({ files: nodeFiles(), env: process.env, folder, flags })).store.value;
  } catch (error) {
    // The command itself meets the same error, and tells it.
    if (isPatchworkError(error)) return null;
    throw error;
  }
}
