import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startWorkers } from '@patchwork/media';
import { rational } from '@patchwork/time';
import { makeClip, makeExternalReference, makeRange, makeTimeline, makeTrack, writeOtio } from '@patchwork/timeline';
import { commandLineIn, commandsOf } from '../test/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-schema-'));
afterAll(() => rmSync(folder, { recursive: true }));

const said = commandLineIn(folder);
const rate = rational(24);
const frames = 24;
const reference = readFileSync(new URL('../../../docs/reference/command-line.md', import.meta.url), 'utf8');

/** One command after another, on one small film: each stands on what those before it left. */
const runs: readonly (readonly [line: string, schema: string])[] = [
  ['plan cut.otio film.mov', 'render'],
  ['render cut.otio -o film.mov', 'render'],
  ['render recut.otio -o film.mov', 'render'],
  ['log film.mov', 'log'],
  ['show film.mov', 'show'],
  ['blame film.mov', 'blame'],
  ['explain film.mov 0', 'explain'],
  ['verify film.mov', 'verify'],
  ['restore film.mov@{1}', 'restore'],
  ['adopt other.mov --timeline cut.otio', 'adopt'],
  ['patch stranger.mov --range 4:8 --with piece.mov --in-place', 'patch'],
  ['undo stranger.mov', 'undo'],
  ['patch stranger.mov --range 4:8 --with piece.mov --in-place', 'patch'],
  ['compact stranger.mov', 'compact'],
  ['probe m01.mov', 'probe'],
  ['inspect cut.otio', 'inspect'],
  ['convert cut.otio cut.fcpxml', 'convert'],
  ['diff cut.otio recut.otio --format json -o change.json', 'diff'],
  ['edit cut.otio [] --dry-run', 'edit'],
  ['apply cut.otio steps.json --dry-run', 'apply'],
  ['revert recut.otio change.json --dry-run', 'apply'],
  ['merge cut.otio cut.otio recut.otio -o merged.otio', 'merge'],
  ['git install', 'git'],
  ['git resolved cut.otio', 'git'],
  ['git uninstall', 'git'],
  ['gc', 'gc'],
  ['fsck', 'fsck'],
  ['config', 'config'],
  ['doctor', 'doctor'],
];

beforeAll(async () => {
  const workers = startWorkers({ count: 1 });
  const video = { codec: 'h264', width: 192, height: 108, rate, gop: 12, bFrames: 0 } as const;
  try {
    for (const [name, id, length] of [
      ['m01', 1, frames],
      ['stranger', 1, frames],
      ['piece', 2, 4],
    ] as const) {
      const path = join(folder, `${name}.mov`);
      await workers.writeTestMedia({ path, id, container: 'mov', video: { ...video, frames: length }, sound: null });
    }
  } finally {
    await workers.close();
  }
  copyFileSync(join(folder, 'm01.mov'), join(folder, 'other.mov'));
  writeFileSync(join(folder, 'cut.otio'), cut(0, frames));
  writeFileSync(join(folder, 'recut.otio'), cut(2, frames - 2));
  writeFileSync(join(folder, 'steps.json'), JSON.stringify([{ op: 'ripple', item: 'm01', in: 2 }]));
  execFileSync('git', ['init', '-q', folder]);
}, 300_000);

function cut(start: number, length: number): string {
  const availableRange = makeRange(0, frames, rate);
  const media = makeExternalReference({ targetUrl: join(folder, 'm01.mov'), availableRange });
  const shot = makeClip({ name: 'm01', sourceRange: makeRange(start, length, rate), media });
  return writeOtio(makeTimeline({ name: 'film', tracks: [makeTrack({ children: [shot] })] }), { style: 'canonical' });
}

test.each(runs)(
  '%s: its document names patchwork.%s/1, and the reference does',
  async (line, schema) => {
    const { exit, out, err } = await said([...line.split(' '), '--json']);
    expect([exit, JSON.parse(out).schema], `${out.slice(0, 500)} ${err}`).toEqual([0, `patchwork.${schema}/1`]);
    expect(reference).toContain(`patchwork.${schema}/1`);
  },
  60_000,
);

test('every command is among them but the demo, whose schema stands in the reference', async () => {
  const lines = runs.map(([line]) => line);
  const missing = (await commandsOf(said)).filter(
    (command) => !lines.some((line) => `${line} `.startsWith(`${command.join(' ')} `)),
  );
  expect(missing).toEqual([['demo']]);
  expect(reference).toContain('patchwork.demo/1');
});
