// Which reader sees what of patched files: codec by container by {own, foreign}, with the figures of each cell. The counting
// is the system test's own, so needs Debian's ffmpeg and Chromium. `-- --keep` writes docs/splice-table.md anew.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { root, tool } from '../scripts/root.mjs';
import { versionOf } from './kit/measure.mjs';

const folder = mkdtempSync(join(tmpdir(), 'patchwork-bench-splice-table-'));
try {
  const path = join(folder, 'table.md');
  const args = ['run', '--project', 'system', 'test/system/splice-table.test.ts'];
  const ran = spawnSync(tool('vitest'), args, {
    cwd: root,
    env: { ...process.env, PW_SPLICE_TABLE: path },
    encoding: 'utf8',
  });
  if (ran.error !== undefined) throw ran.error;
  if (ran.status !== 0) process.stdout.write(`${ran.stdout}${ran.stderr}`);
  process.exitCode = ran.status ?? 1;
  const table = readFileSync(path, 'utf8');
  process.stdout.write(table);
  if (process.argv.includes('--keep') && ran.status === 0) {
    writeFileSync(join(root, 'docs', 'splice-table.md'), page(table));
  }
} finally {
  rmSync(folder, { recursive: true });
}

function page(table) {
  return `# Splices, and who reads them

Written by \`npm run bench -- splice-table -- --keep\`; every figure is counted, and \`npm run test:system\` expects the same ones. Each cell counts what is wrong: 0 is all right.

- **own**: a deliverable of ours, patched by a ripple trim of ten frames. Its bytes are those of a clean render. *Outside* are the frames that were not rendered, against the old file's at their old places; *inside* those that were, against the clean file's.
- **foreign**: a film that Debian's ffmpeg wrote, patched in place three times with pictures of other settings or of another encoder, the third patch inside of the first; the same overwritten where it stands, where all pictures are of one size; and written anew. *Outside* against the untouched film, *inside* against the pieces.
- **seeks**: 60 anywhere and five around each seam, forwards and backwards, in one decoder (libavformat and libavcodec of node-av), against its straight pass.
- **two readers**: packets on whose place, times, mark or bytes our reader and libavformat disagree.
- **ffmpeg**: frames that Debian's ffmpeg, told to stop at the first complaint, decodes otherwise than those of the unpatched files; of the file and of its \`-c copy\`.
- **Chromium**: seeks that show another picture on a canvas. What it does not play, or where it stops at a seek, in the film that nobody has patched, leaves nothing to count: Debian's plays no HEVC, ProRes, DNxHR and Motion JPEG.

${table.trim()}

Read by node-av's FFmpeg, ${versionOf('ffmpeg', ['-version'])?.replace(/ Copyright.*/, '') ?? 'no ffmpeg'} and ${versionOf('chromium', ['--version']) ?? 'no Chromium'}. Not seen yet: files from Resolve, Premiere and Media Encoder; other browsers and players.
`;
}
