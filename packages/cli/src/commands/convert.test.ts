import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { rational } from '@patchwork/time';
import {
  makeClip,
  makeExternalReference,
  makeRange,
  makeTimeline,
  makeTrack,
  readOtio,
  clipsIn,
  writeOtio,
} from '@patchwork/timeline';
import { commandLineIn } from '../../test/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-convert-'));
afterAll(() => rmSync(folder, { recursive: true }));
const run = commandLineIn(folder);

const fps = rational(24);
const reference = (targetUrl: string): ReturnType<typeof makeExternalReference> =>
  makeExternalReference({ targetUrl, availableRange: makeRange(0, 48, fps) });

/** A clip that plays `a.mov` and keeps `proxy.mov` as another reference; beside it one that is switched off. */
function writeTimeline(path: string): void {
  const clip = makeClip({ name: 'shot', sourceRange: makeRange(0, 24, fps), media: reference('media/a.mov') });
  const two = {
    ...clip,
    mediaReferences: [...clip.mediaReferences, ['proxy', reference('media/proxy.mov')] as const],
  };
  const off = makeClip({
    name: 'off',
    enabled: false,
    sourceRange: makeRange(0, 24, fps),
    media: reference('media/off.mov'),
  });
  writeFileSync(
    path,
    writeOtio(makeTimeline({ name: 't', tracks: [makeTrack({ name: 'V1', children: [two, off] })] }), {
      style: 'canonical',
    }),
  );
}

function urlsIn(path: string): string[] {
  const { root } = readOtio(readFileSync(path, 'utf8'));
  if (root.kind !== 'Timeline') throw new TypeError('no timeline');
  return [...clipsIn(root)].flatMap((clip) =>
    clip.mediaReferences.flatMap(([, one]) => (one.kind === 'ExternalReference' ? [one.targetUrl] : [])),
  );
}

test('a conversion to another folder finds what nothing plays as well: other references, switched-off clips, bundles too', async () => {
  mkdirSync(join(folder, 'media'));
  mkdirSync(join(folder, 'else'));
  for (const name of ['a', 'proxy', 'off']) writeFileSync(join(folder, 'media', `${name}.mov`), name);
  writeTimeline(join(folder, 'cut.otio'));
  expect((await run(['convert', 'cut.otio', 'else/cut.otio'])).exit).toBe(0);
  expect(urlsIn(join(folder, 'else/cut.otio'))).toEqual(
    ['a', 'proxy', 'off'].map((name) => pathToFileURL(join(folder, 'media', `${name}.mov`)).href),
  );
  for (const bundle of ['b.otioz', 'b.otiod']) {
    expect((await run(['convert', 'cut.otio', bundle])).exit).toBe(0);
    expect((await run(['convert', bundle, `else/${bundle}.otio`])).exit).toBe(0);
    const urls = urlsIn(join(folder, `else/${bundle}.otio`));
    expect(urls.map((url) => url.startsWith('file:'))).toEqual([true, true, true]);
    expect(urls.map((url) => readFileSync(new URL(url), 'utf8'))).toEqual(['a', 'proxy', 'off']);
  }
  expect(existsSync(join(folder, 'b.otiod', 'media', 'proxy.mov'))).toBe(true);
});
