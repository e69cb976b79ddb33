import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ownFilms } from '../e2e/kit/codec-story.ts';
import { startEngine, type Engine } from '../e2e/kit/engine.ts';
import { freshFolder } from '../e2e/kit/patchwork.ts';
import { startChromium, type BrowserPage } from './kit/chromium.ts';
import type { Evidence } from './kit/evidence.ts';
import { evidenceTable, type TableRow } from './kit/evidence-table.ts';
import { foreignFilms } from './kit/foreign-films.ts';
import { foreignEvidence, writeMasters } from './kit/patched-foreign.ts';
import { ownEvidence } from './kit/patched-own.ts';

/**
 * What every reader shows of patched files, in every codec and container, of ours and of other programs. Parameter sets
 * under one id, or in a second sample entry, look clean in a linear decode and fail exactly here.
 */
let folder: string;
let engine: Engine;
let browser: BrowserPage;
const rows: TableRow[] = [];

beforeAll(async () => {
  folder = freshFolder('splice-table');
  engine = startEngine(1);
  browser = await startChromium();
  await writeMasters(engine.workers, folder);
});

afterAll(async () => {
  await browser.close();
  await engine.close();
  rmSync(folder, { recursive: true, force: true });
  // `npm run bench -- splice` asks for the table.
  const path = process.env['PW_SPLICE_TABLE'];
  if (path !== undefined) writeFileSync(path, `${evidenceTable(rows)}\n`);
});

/** Nothing differs anywhere. */
function clean(frames: number, chromium: Evidence['chromium']): Evidence {
  return { frames, outside: 0, inside: 0, wrongSeeks: 0, disagreements: 0, ffmpeg: 0, chromium };
}

describe('deliverables of ours, patched by a ripple trim', () => {
  test.each(ownFilms)('$codec, $container: $name', async (own) => {
    const found = await ownEvidence(engine, browser, folder, own);
    rows.push({ ...own, origin: 'own', what: own.name, evidence: found });
    const plays = ['H.264', 'AV1'].includes(own.codec);
    expect(found).toEqual({ ...clean(134, plays ? 0 : 'does not play'), isClean: true });
  });
});

const words: { readonly [form: string]: string } = {
  inPlace: 'in place',
  overwritten: 'overwritten where it stands',
  anew: 'written anew',
};

describe('films of other programs, patched three times', () => {
  test.each(foreignFilms)('$codec, $container: $name', async (kind) => {
    const found = await foreignEvidence(engine.workers, browser, folder, kind);
    for (const [form, evidence] of Object.entries(found)) {
      const what = `${kind.name}; ${words[form] ?? form}`;
      rows.push({ ...kind, origin: 'foreign', what, evidence });
    }
    const expected = clean(found.inPlace.frames, kind.unplayed ?? 0);
    // Its pictures are all of one size.
    const overwritten = kind.codec === 'DNxHR' ? { overwritten: expected } : {};
    expect(found).toEqual({ inPlace: expected, ...overwritten, anew: expected });
  });
});
