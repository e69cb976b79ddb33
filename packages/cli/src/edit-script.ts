import { resolve } from 'node:path';
import { PatchworkError, type Json } from '@patchwork/kernel';
import { readWholeFile } from '@patchwork/render';
import type { CommandContext, Shell } from './shell.ts';

const example = 'Example: patchwork edit film.otio ripple item=m06 out=-10';
const largestScriptBytes = 64 << 20;

/**
 * The steps of an edit: a script file, one step as JSON, or one step in words (`ripple item=m06 out=-10`).
 *
 * @throws PW_USAGE_EDIT when there is none or more than one of them, PW_EDIT_SCRIPT when it cannot be read
 */
export async function editScript(
  context: Pick<CommandContext, 'files'>,
  shell: Pick<Shell, 'folder'>,
  words: readonly string[],
  file: string | undefined,
): Promise<Json> {
  if ((words.length === 0) === (file === undefined)) {
    throw new PatchworkError('PW_USAGE_EDIT', 'edit needs one step, or --script FILE', { hint: example });
  }
  if (file !== undefined) {
    const bytes = await readWholeFile(context.files, resolve(shell.folder, file), largestScriptBytes);
    return parsed(new TextDecoder().decode(bytes), `the script ${file}`);
  }
  const [first = '', ...rest] = words;
  return /^\s*[{[]/.test(first) ? parsed(words.join(' '), 'the step') : stepInWords(first, rest);
}

/** `ripple item=m06 out=-10`; a value is a whole number, true, false, JSON in brackets, or else a text. */
function stepInWords(op: string, words: readonly string[]): Json {
  return Object.fromEntries([['op', op], ...words.map(memberFrom)]);
}

function memberFrom(word: string): readonly [string, Json] {
  const at = word.indexOf('=');
  if (at < 1) throw new PatchworkError('PW_USAGE_EDIT', `"${word}" is no KEY=VALUE`, { hint: example });
  const [key, value] = [word.slice(0, at), word.slice(at + 1)];
  if (/^-?\d{1,15}$/.test(value)) return [key, Number(value)];
  if (value === 'true' || value === 'false') return [key, value === 'true'];
  return [key, /^[{[]/.test(value) ? parsed(value, `"${key}"`) : value];
}

function parsed(text: string, what: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (cause) {
    throw new PatchworkError('PW_EDIT_SCRIPT', `${what} is no JSON: ${cause instanceof Error ? cause.message : ''}`, {
      cause,
      hint: 'Write a list of steps: [{"op":"ripple","item":"m06","out":-10}]',
    });
  }
}
