import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { PatchworkError, type FilePort } from '@patchwork/kernel';
import { writeAtomically } from '@patchwork/files';
import { readWholeFile } from '@patchwork/render';
import { mainPath } from './main-path.ts';

/** Where Git is told about the drivers. */
export type GitScope = 'local' | 'global';

/** What was set up, or taken away. */
export interface GitSetup {
  readonly attributesPath: string;
  /** Lines that were added to it or removed from it; the rest is as it was. */
  readonly lines: readonly string[];
  readonly config: readonly (readonly [key: string, value: string])[];
}

/** Where to look and what with. */
export interface GitPlace {
  readonly files: FilePort;
  readonly folder: string;
  readonly env: { readonly [name: string]: string | undefined };
  readonly scope: GitScope;
}

/** One line for each format; the brackets because cameras and suites shout (`REEL1.EDL`). */
const attributeLines: readonly string[] = [
  '*.[oO][tT][iI][oO] diff=patchwork merge=patchwork',
  '*.[fF][cC][pP][xX][mM][lL] diff=patchwork merge=patchwork',
  '*.[eE][dD][lL] diff=patchwork merge=patchwork',
  '*.[xX][mM][lL] diff=patchwork merge=patchwork',
];

/** A word as the shell reads it back, whatever is in it. */
export function shellQuoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** The command by which Git calls this program. Names of files are never part of it: Git quotes `%P` itself, the rest are names of its own. */
function configLines(): (readonly [key: string, value: string])[] {
  const self = [process.execPath, mainPath].map(shellQuoted).join(' ');
  return [
    // Without this program (another Node, another folder) Git would show no diff at all: then the file is shown as it is.
    ['diff.patchwork.textconv', `f() { ${self} git textconv -- "$1" || cat -- "$1"; }; f`],
    ['merge.patchwork.name', 'three-way merge of timelines'],
    ['merge.patchwork.driver', `${self} git merge-driver -- %O %A %B %P`],
  ];
}

/** Sets the drivers up. What is there already is left as it is. @throws PW_GIT_REPOSITORY, PW_GIT */
export async function installDrivers(place: GitPlace): Promise<GitSetup> {
  const attributesPath = await attributesFile(place);
  const text = await textOf(place.files, attributesPath);
  const present = new Set(text.split(/\r?\n/).map((line) => line.trim()));
  const lines = attributeLines.filter((line) => !present.has(line));
  if (lines.length > 0) {
    const before = text === '' || text.endsWith('\n') ? text : `${text}\n`;
    await writeText(place.files, attributesPath, `${before}${lines.join('\n')}\n`);
  }
  const config = configLines();
  for (const [key, value] of config) await git(place, ['config', `--${place.scope}`, '--replace-all', key, value]);
  return { attributesPath, lines, config };
}

/** Takes the drivers away again, and nothing else. @throws PW_GIT_REPOSITORY, PW_GIT */
export async function uninstallDrivers(place: GitPlace): Promise<GitSetup> {
  const attributesPath = await attributesFile(place);
  const text = await textOf(place.files, attributesPath);
  const kept = text.split(/(?<=\n)/).filter((line) => !attributeLines.includes(line.trim()));
  const lines = text.split(/\r?\n/).filter((line) => attributeLines.includes(line.trim()));
  if (lines.length > 0) {
    if (kept.join('').trim() === '') await place.files.remove(attributesPath);
    else await writeText(place.files, attributesPath, kept.join(''));
  }
  const config: (readonly [string, string])[] = [];
  for (const section of ['diff.patchwork', 'merge.patchwork']) {
    const held = await sectionValues(place, section);
    if (held.length > 0) await git(place, ['config', `--${place.scope}`, '--remove-section', section]);
    config.push(...held);
  }
  return { attributesPath, lines, config };
}

async function sectionValues(place: GitPlace, section: string): Promise<(readonly [string, string])[]> {
  const pattern = `^${section.replace('.', '\\.')}\\.`;
  // Exit 1: no such key.
  const { code, stdout } = await run(place, ['config', `--${place.scope}`, '-z', '--get-regexp', pattern]);
  if (code !== 0) return [];
  return stdout
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => [entry.slice(0, entry.indexOf('\n')), entry.slice(entry.indexOf('\n') + 1)] as const);
}

async function attributesFile(place: GitPlace): Promise<string> {
  if (place.scope === 'global') {
    const { code, stdout } = await run(place, ['config', '--global', '--type=path', '--get', 'core.attributesFile']);
    if (code === 0 && stdout.trim() !== '') return stdout.replace(/\n$/, '');
    const home = place.env['HOME'] ?? homedir();
    return join(place.env['XDG_CONFIG_HOME'] || join(home, '.config'), 'git', 'attributes');
  }
  const { code, stdout, stderr } = await run(place, ['rev-parse', '--show-toplevel']);
  if (code === 0) return join(stdout.replace(/\n$/, ''), '.gitattributes');
  throw new PatchworkError('PW_GIT_REPOSITORY', `${place.folder} is in no Git work tree: ${stderr.trim()}`, {
    hint: 'Run it inside of a repository, or with --global.',
    details: { folder: place.folder },
  });
}

async function textOf(files: FilePort, path: string): Promise<string> {
  if ((await files.stat(path)) === null) return '';
  return new TextDecoder('utf-8', { fatal: true }).decode(await readWholeFile(files, path, 1 << 24));
}

async function writeText(files: FilePort, path: string, text: string): Promise<void> {
  await files.makeFolder(dirname(path));
  await writeAtomically(files, path, new TextEncoder().encode(text));
}

async function git(place: GitPlace, words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(place, words);
  if (code === 0) return stdout;
  throw new PatchworkError('PW_GIT', `git ${words.slice(0, 3).join(' ')} failed: ${stderr.trim()}`, {
    hint: 'Check that Git can write its configuration.',
    details: { words: [...words], code },
  });
}

/** Runs Git without a shell. @throws PW_GIT when there is none */
async function run(
  place: GitPlace,
  words: readonly string[],
): Promise<{ readonly code: number; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve, reject) => {
    const env = Object.fromEntries(Object.entries(place.env).filter(([, value]) => value !== undefined));
    execFile('git', words, { cwd: place.folder, env, maxBuffer: 1 << 24 }, (error, stdout, stderr) => {
      if (error !== null && typeof error.code !== 'number') {
        reject(
          new PatchworkError('PW_GIT', `git cannot be started: ${error.message}`, {
            cause: error,
            hint: 'Install Git.',
          }),
        );
      } else resolve({ code: error === null ? 0 : Number(error.code), stdout, stderr });
    });
  });
}
