import { expect, test } from 'vitest';
import { PatchworkError } from '@patchwork/kernel';
import { harmless, printError, printResult, type Terminal } from './output.ts';

const evil = 'a\u001B[2Jb\u001B]0;title\u0007c\rd\u009Be';

test('nothing that a file says moves the cursor, clears the screen or renames the terminal; colours and lines stay', () => {
  expect(harmless(evil)).toBe('a [2Jb ]0;title c d e');
  expect(harmless('\u001B[1mhead\u001B[0m\n\tline')).toBe('\u001B[1mhead\u001B[0m\n\tline');
  expect(harmless('a,b\r\nc,d\r\n')).toBe('a,b\r\nc,d\r\n');
  let out = '';
  let err = '';
  const terminal: Terminal = {
    stdout: (text) => (out += text as string),
    stderr: (text) => (err += text),
    columns: 0,
    color: false,
  };
  printResult(terminal, { document: { schema: 'x/1', name: evil }, text: evil }, false);
  printError(terminal, new PatchworkError('PW_X', evil, { hint: evil }), false);
  expect([out, err].map((text) => /[^\P{Cc}\n\t]/u.test(text))).toEqual([false, false]);
  out = '';
  printResult(terminal, { document: { schema: 'x/1', name: evil }, text: evil }, true);
  expect(JSON.parse(out)).toEqual({ schema: 'x/1', name: evil });
});
