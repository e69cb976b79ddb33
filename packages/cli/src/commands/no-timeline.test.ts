import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nodeFiles, sha256 } from '@patchwork/files';
import { appendEntry, emptyLedger, type NewLedgerEntry, type TimelineSnapshot } from '@patchwork/store';
import { rational } from '@patchwork/time';
import { makeGap, makeTime, makeTimeline, makeTrack, writeOtio } from '@patchwork/timeline';
import { commandLineIn } from '../../test/command-line.ts';

/*
 * Versions whose ledger entry has no timeline, or half of one: what needs it says which version lacks what.
 */

const folder = mkdtempSync(join(tmpdir(), 'patchwork-no-timeline-'));
afterAll(() => rmSync(folder, { recursive: true }));

const otio = writeOtio(
  makeTimeline({ name: 'film', tracks: [makeTrack({ children: [makeGap(makeTime(48, rational(24)))] })] }),
  { style: 'canonical' },
);
const found = { name: 'as found', format: 'none', text: '' };
const whole = { name: 'a.otio', format: 'otio', text: otio };

beforeAll(async () => {
  writeFileSync(join(folder, 'cut.otio'), otio);
  await film('found.mov', [found]);
  await film('empty.mov', [{ ...whole, text: '' }]);
  await film('half.mov', [{ ...whole, text: otio.slice(0, 60) }]);
  await film('nameless.mov', [whole], [{ path: '/media/m01.mov' }]);
  await film('adopted.mov', [found, whole]);
});

/** Writes the sidecar of a film that is gone, an entry a timeline. */
async function film(
  name: string,
  timelines: readonly TimelineSnapshot[],
  media: readonly unknown[] = [],
): Promise<void> {
  let ledger = emptyLedger(join(folder, name), sha256);
  let parent: string | null = null;
  for (const [at, timeline] of timelines.entries()) {
    const fields = { parent, timeline, media: media as NewLedgerEntry['media'] };
    const entry = { ...entryOf(`${name} ${at}`), ...fields };
    const appended = await appendEntry(nodeFiles(), ledger, entry, sha256);
    ({ ledger } = appended);
    parent = appended.entry.id;
  }
}

function entryOf(name: string): Omit<NewLedgerEntry, 'timeline' | 'media' | 'parent'> {
  const color = { primaries: 'bt709', transfer: 'bt709', matrix: 'bt709', range: 'tv' };
  const video = { width: 64, height: 36, rate: rational(24), pixelFormat: 'yuv420p', color, gop: 48, reorder: 2 };
  return {
    timeMs: 1_700_000_000_000,
    moovDigest: sha256(name),
    fileSize: 1,
    fileSha256: sha256(name),
    profile: {
      name: 'h264',
      video: { codec: 'h264', ...video, options: {} },
      sound: { codec: 'pcm_s16le', sampleRate: 48_000, layout: 'stereo', bitrate: null },
      container: { format: 'mov', startTimecode: null },
    },
    toolchain: { drawing: '1', ffmpeg: '7', encoder: 'x264', cpuClass: null },
    timelineName: null,
    epochs: [],
    range: null,
    renderer: 'ffmpeg',
    counts: { rendered: 48, reused: 0 },
    chunks: [],
    sound: null,
  };
}

const said = commandLineIn(folder);

const lacking = [
  ['found.mov', 'PW_LEDGER_NO_TIMELINE', /^version [0-9a-f]{12} \("as found"\) has no timeline$/],
  [
    'empty.mov',
    'PW_LEDGER_SNAPSHOT',
    /^version [0-9a-f]{12} \("a.otio"\): its timeline cannot be read: a.otio is empty/,
  ],
  ['half.mov', 'PW_LEDGER_SNAPSHOT', /: its timeline cannot be read: a.otio:.*\(PW_JSON_TRUNCATED\)$/],
  ['nameless.mov', 'PW_LEDGER_SNAPSHOT', /: its media cannot be read: \/media\/m01.mov is there without its names$/],
] as const;

test.each(lacking)('%s: diff, explain and restore say %s', async (name, code, message) => {
  const before = readdirSync(folder);
  for (const words of [
    ['diff', name, 'cut.otio'],
    ['diff', 'cut.otio', `${name}@{0}`],
    ['explain', name, '0'],
    ['restore', `${name}@{0}`],
    ['restore', `${name}@{0}`, '-o', 'back.mov'],
  ]) {
    const { exit, out } = await said([...words, '--json']);
    expect([exit, JSON.parse(out)], words.join(' ')).toMatchObject([
      1,
      { schema: 'patchwork.error/1', code, message: expect.stringMatching(message), hint: expect.any(String) },
    ]);
  }
  expect(readdirSync(folder).filter((each) => !before.includes(each) && each !== 'cache')).toEqual([]);
});

test('a frame is explained although the version before has no timeline, and that is said', async () => {
  const { exit, out } = await said(['explain', 'adopted.mov', '0', '--json']);
  expect([exit, JSON.parse(out).before]).toEqual([0, { kind: 'unknown', frame: null, picture: [], changes: [] }]);
  const text = (await said(['explain', 'adopted.mov', '0'])).out;
  expect(text).toContain('the delivery before ("as found") has no timeline: what it showed is not known');
});

test('a version with a timeline is compared, whatever the one before lacks', async () => {
  const { exit, out } = await said(['diff', 'adopted.mov', 'cut.otio', '--json']);
  expect([exit, JSON.parse(out)]).toMatchObject([0, { schema: 'patchwork.diff/1', changes: expect.any(Array) }]);
});
