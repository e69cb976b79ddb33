import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { isPatchworkError, PatchworkError } from '@patchwork/kernel';
import { timelineText } from '@patchwork/diff';
import { nodeFiles, writeAtomically } from '@patchwork/files';
import { formatOfText, readTimelineFile, timelineRate } from '@patchwork/formats';
import { readTimelines, readWholeFile } from '@patchwork/render';
import { mergeFiles, type MergeFile } from './merge-files.ts';
import { mergeReport } from './merge-report.ts';
import type { ExitCode } from './exit-code.ts';
import type { Shell } from './shell.ts';

const largestBytes = 512 * 1024 * 1024;

/**
 * What `git diff` compares: a timeline as lines of text. A file that is no timeline, or cannot be read, comes out byte for byte as it is:
 * `git diff` then shows what it would have shown without us.
 */
export async function textconv(folder: string, path: string): Promise<Uint8Array> {
  const bytes = await readWholeFile(nodeFiles(), resolve(folder, path), largestBytes);
  try {
    const { timelines } = readTimelineFile({ name: path, bytes });
    if (timelines.length === 0) return bytes;
    return new TextEncoder().encode(
      timelines.map((timeline) => timelineText(timeline, timelineRate(timeline))).join('\n'),
    );
  } catch (error) {
    if (isPatchworkError(error)) return bytes;
    throw error;
  }
}

/** The words of Git's merge driver: `%O %A %B %P`. */
export interface DriverFiles {
  readonly base: string;
  /** Read, and written with the result. */
  readonly ours: string;
  readonly theirs: string;
  /** The file's path in the repository: tells the format, and is named in messages. */
  readonly path: string;
}

/**
 * Merges as a merge driver of Git: the result stands in `ours`; exit 0 when clean, 1 with conflicts. What cannot be merged is a
 * conflict, too, and leaves `ours` as it is. XML that is no timeline is merged as Git merges text.
 */
export async function mergeDriver(shell: Shell, driver: DriverFiles): Promise<ExitCode> {
  const files = nodeFiles();
  const tell = (text: string): void => shell.terminal.stderr(`${driver.path}: ${text}\n`);
  const load = async (path: string): Promise<MergeFile> => {
    const { source, ...read } = await readTimelines({ files }, resolve(shell.folder, path));
    // Git's temporary files have no ending.
    return { ...read, fileName: driver.path, bytes: source.bytes };
  };
  try {
    if (await isOtherXml(shell, driver)) return await mergeAsText(shell, driver);
    const [base, ours, theirs] = [await load(driver.base), await load(driver.ours), await load(driver.theirs)];
    const merged = mergeFiles({ base, ours, theirs }, driver.path);
    // Notes are harmless: the colour of a conflict's marker, where a format has none.
    const lost = merged.notSaid.find(({ severity }) => severity !== 'note');
    if (lost !== undefined) {
      throw new PatchworkError('PW_MERGE_FORMAT', `written anew it would lose something: ${lost.message}`, {
        hint: 'Merge with patchwork merge, or keep the timeline as .otio.',
        details: { path: driver.path },
      });
    }
    await writeAtomically(files, resolve(shell.folder, driver.ours), merged.bytes);
    if (merged.conflicts.length > 0) tell(mergeReport(merged, driver.path, true).text);
    return merged.conflicts.length > 0 ? 1 : 0;
  } catch (error) {
    if (!isPatchworkError(error)) throw error;
    tell(`not merged, ours is kept: ${error.message} (${error.code})${error.hint === null ? '' : `\n  ${error.hint}`}`);
    return 1;
  }
}

async function isOtherXml(shell: Shell, { base, ours, theirs, path }: DriverFiles): Promise<boolean> {
  if (!path.toLowerCase().endsWith('.xml')) return false;
  const formats = await Promise.all(
    [base, ours, theirs].map(async (name) => {
      const bytes = await readWholeFile(nodeFiles(), resolve(shell.folder, name), largestBytes);
      return formatOfText(new TextDecoder('latin1').decode(bytes.subarray(0, 4096)));
    }),
  );
  return formats.some((format) => format !== 'xmeml');
}

/** As Git does it where no driver is set. */
async function mergeAsText(shell: Shell, { base, ours, theirs, path }: DriverFiles): Promise<ExitCode> {
  const words = [
    'merge-file',
    '-q',
    '-L',
    `ours:${path}`,
    '-L',
    `base:${path}`,
    '-L',
    `theirs:${path}`,
    '--',
    ours,
    base,
    theirs,
  ];
  return new Promise((done, reject) => {
    execFile('git', words, { cwd: shell.folder }, (error) => {
      if (error !== null && typeof error.code !== 'number') {
        reject(
          new PatchworkError('PW_GIT', `git cannot be started: ${error.message}`, {
            cause: error,
            hint: 'Install Git.',
          }),
        );
      } else done(error === null ? 0 : 1);
    });
  });
}
