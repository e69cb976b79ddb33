import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { runCommandLine } from './program.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

async function said(words: readonly string[]): Promise<{ exit: number; out: string; err: string }> {
  let out = '';
  let err = '';
  const exit = await runCommandLine(
    {
      terminal: { stdout: (text) => (out += text), stderr: (text) => (err += text), columns: 0, color: false },
      env: { XDG_CACHE_HOME: join(folder, 'cache'), XDG_CONFIG_HOME: join(folder, 'config') },
      folder,
      signal: new AbortController().signal,
      nowMs: Date.now,
    },
    words,
  );
  return { exit, out, err };
}

test.each(['adopt', 'patch', 'undo', 'compact', 'apply', 'revert', 'merge', 'git'])(
  '%s is refused by name, with what to do instead',
  async (command) => {
    const { exit, out, err } = await said([command, 'film.mov', '--range', '0:10', '--json']);
    expect(exit).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      schema: 'patchwork.error/1',
      code: 'PW_NOT_YET',
      message: `patchwork ${command} is not in this version`,
      hint: expect.stringMatching(/./),
    });
    expect(err).toContain('PW_NOT_YET');
  },
);

test.each([
  [['--fast'], '--fast'],
  [['--in-place'], '--in-place'],
  [['--renderer', 'pieces'], '--renderer pieces'],
  [['--pieces', 'folder'], '--pieces'],
  [['--on-unknown', 'probe:12'], '--on-unknown probe'],
])('the flag %j is refused by name', async (flags, name) => {
  const { exit, out } = await said(['render', 'film.otio', '-o', 'film.mov', ...flags, '--json']);
  expect([exit, JSON.parse(out)]).toMatchObject([1, { code: 'PW_NOT_YET', details: { what: name } }]);
});

test('the one renderer that there is may be named, another may not', async () => {
  const named = await said(['plan', 'none.otio', 'film.mov', '--renderer', 'ffmpeg', '--json']);
  expect(JSON.parse(named.out).code).toMatch(/^PW_FILE_/);
  const other = await said(['plan', 'none.otio', 'film.mov', '--renderer', 'flame', '--json']);
  expect(JSON.parse(other.out)).toMatchObject({ code: 'PW_USAGE_RENDERER' });
});

test('an unknown command and an unknown flag are wrong use: exit 1 and a document', async () => {
  for (const words of [
    ['rendr', '--json'],
    ['plan', 'a', 'b', '--quickly', '--json'],
  ]) {
    const { exit, out } = await said(words);
    expect([exit, JSON.parse(out)]).toMatchObject([1, { schema: 'patchwork.error/1', code: 'PW_USAGE' }]);
  }
});

test('help is no failure and names no command that is not there yet', async () => {
  const { exit, out } = await said(['--help']);
  expect(exit).toBe(0);
  expect(out).toContain('render');
  expect(out).not.toContain('compact');
});
