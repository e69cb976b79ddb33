import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandLineIn, commandsOf } from '../test/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-cli-'));
afterAll(() => rmSync(folder, { recursive: true }));

const said = commandLineIn(folder);

test.each([
  [['--on-unknown', 'probe:12'], '--on-unknown probe'],
  [['--on-unknown', 'full'], '--on-unknown full'],
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

test('help is no failure and names the commands', async () => {
  const { exit, out } = await said(['--help']);
  expect(exit).toBe(0);
  expect(out).toContain('render');
  expect(out).toContain('adopt');
});

describe('a cache folder that cannot be used', () => {
  const broken = join(folder, 'no-folder');
  const film = join(folder, 'film.otio');
  const gap = { OTIO_SCHEMA: 'Gap.1', source_range: range(48) };
  const track = { OTIO_SCHEMA: 'Track.1', kind: 'Video', children: [gap] };

  beforeAll(() => {
    writeFileSync(broken, 'a file where the folder should be');
    const tracks = { OTIO_SCHEMA: 'Stack.1', children: [track] };
    const start = { OTIO_SCHEMA: 'RationalTime.1', rate: 24, value: 0 };
    writeFileSync(film, JSON.stringify({ OTIO_SCHEMA: 'Timeline.1', name: 'film', global_start_time: start, tracks }));
  });

  test.each([
    [['inspect', film], 0],
    [['convert', film, join(folder, 'film.fcpxml')], 0],
    [['edit', film, '[]', '--dry-run'], 0],
    [['config'], 0],
    [['diff', film, film], 0],
  ])('%j works all the same', async (words, expected) => {
    const { exit, out, err } = await said([...words, '--json', '--store', join(broken, 'store')]);
    expect(exit, `${err} ${out}`).toBe(expected);
    expect(JSON.parse(out).schema).toBe(`patchwork.${words[0]}/1`);
  });

  test.each([[['log', join(folder, 'film.mov')]], [['show', join(folder, 'film.mov')]]])(
    '%j looks for the sidecar, and says that there is none',
    async (words) => {
      const { out } = await said([...words, '--json', '--store', join(broken, 'store')]);
      expect(JSON.parse(out)).toMatchObject({
        code: 'PW_LEDGER_MISSING',
        message: expect.stringContaining('there is no file'),
      });
    },
  );

  test('a render says what stands in its way', async () => {
    const { exit, out } = await said(['render', film, '-o', 'film.mov', '--json', '--store', join(broken, 'store')]);
    expect([exit, JSON.parse(out).code]).toEqual([1, expect.stringMatching(/^PW_FILE_/)]);
  });

  test('a command without a store makes no folder', async () => {
    const store = join(folder, 'unused');
    await said(['inspect', film, '--store', store]);
    expect(existsSync(store)).toBe(false);
  });
});

function range(frames: number): unknown {
  const time = (value: number): unknown => ({ OTIO_SCHEMA: 'RationalTime.1', rate: 24, value });
  return { OTIO_SCHEMA: 'TimeRange.1', start_time: time(0), duration: time(frames) };
}

describe('every command', () => {
  test('refuses a flag that it does not know with one error document on stdout', async () => {
    const commands = await commandsOf(said);
    expect(commands.length).toBeGreaterThan(15);
    for (const command of commands) {
      const { exit, out } = await said([...command, '--no-such-flag', '--json']);
      expect([exit, JSON.parse(out)], command.join(' ')).toMatchObject([
        1,
        { schema: 'patchwork.error/1', code: 'PW_USAGE', message: expect.any(String), hint: expect.any(String) },
      ]);
    }
  });

  test('knows --json', async () => {
    for (const command of await commandsOf(said)) {
      const { out } = await said([...command, '--help']);
      expect(out, command.join(' ')).toContain('--json');
    }
  });
});
