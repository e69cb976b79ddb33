import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PatchworkError, type Json } from '@patchwork/kernel';
import { patchReportHtml, type PatchRun } from '@patchwork/report';
import type { CommandContext, CommandOutcome, Shell } from '../shell.ts';
import { demoEdits, type DemoEdit } from './demo-edits.ts';
import { demoFcpxml } from './demo-fcpxml.ts';
import { demoFilm, demoFrames, type DemoFilm } from './demo-film.ts';
import { writeDemoFile, writeDemoMedia } from './demo-media.ts';
import { demoOutputs, type DemoOutput } from './demo-output.ts';
import { patchRun, pictures } from './demo-report.ts';
import { demoTable } from './demo-table.ts';
import { runSelf, type SelfRun } from './self.ts';

/** Left in the folder by a finished or broken demo: only such a folder is emptied. */
const mark = '.patchwork-demo';

/**
 * Shows the main job: media, a timeline, two deliverables, four edits, each patched and held against a clean render in a
 * process of its own with an empty store. Leaves everything in the folder, with a report to look at.
 *
 * @throws PW_DEMO_FOLDER when the folder holds something else, PW_DEMO_STEP, PW_PROOF_FAILED when a patch is no clean render
 */
export async function runDemo(context: CommandContext, shell: Shell, folder: string): Promise<CommandOutcome> {
  await emptyFolder(folder);
  const say = (text: string): void => shell.terminal.stderr(`${text}\n`);
  const stage = new DemoStage(context, shell, folder, say);
  await stage.prepare();
  for (const output of demoOutputs) await stage.first(output);
  for (const edit of demoEdits) await stage.edit(edit);
  return stage.finish();
}

async function emptyFolder(folder: string): Promise<void> {
  const exists = await isThere(folder);
  if (exists && !(await isThere(join(folder, mark)))) {
    throw new PatchworkError('PW_DEMO_FOLDER', `${folder} exists and is no demo folder`, {
      hint: 'Give another one: patchwork demo FOLDER.',
    });
  }
  await rm(folder, { recursive: true, force: true });
  await mkdir(join(folder, 'media'), { recursive: true });
  await writeFile(join(folder, mark), '');
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** The demo under way: the film as it is now, and what has been measured. */
class DemoStage {
  readonly #context: CommandContext;
  readonly #shell: Shell;
  readonly #folder: string;
  readonly #say: (text: string) => void;
  readonly #runs: PatchRun[] = [];
  #film: DemoFilm = demoFilm();
  #media: ReadonlyMap<string, string> = new Map();

  constructor(context: CommandContext, shell: Shell, folder: string, say: (text: string) => void) {
    this.#context = context;
    this.#shell = shell;
    this.#folder = folder;
    this.#say = say;
  }

  get #timeline(): string {
    return join(this.#folder, 'film.fcpxml');
  }

  async prepare(): Promise<void> {
    this.#say('Making media: 13 clips, each with its name, its frame number and a tone …');
    this.#media = await writeDemoMedia(this.#context.workers(), join(this.#folder, 'media'), () => {});
    await this.#writeTimeline();
    this.#say(
      `Timeline: ${this.#timeline}, ${demoFrames(this.#film)} frames, ${this.#film.shots.length} shots and ${this.#film.overlays.length} overlays on 3 picture and 2 sound tracks`,
    );
  }

  async #writeTimeline(): Promise<void> {
    await writeFile(this.#timeline, demoFcpxml(this.#film, this.#media));
  }

  async #render(output: DemoOutput, deliverable: string, store: string): Promise<SelfRun> {
    const words = ['render', this.#timeline, '-o', deliverable, '--profile', output.profile, '--store', store];
    return runSelf(words, this.#shell.signal, this.#shell.nowMs);
  }

  /** The first delivery: everything is rendered. */
  async first(output: DemoOutput): Promise<void> {
    const run = await this.#render(output, join(this.#folder, output.file), join(this.#folder, 'store'));
    this.#say(`Full render, ${output.name}: ${run.seconds.toFixed(1)} s`);
  }

  /** Changes the film, patches both deliverables, and holds each against a clean render. */
  async edit(edit: DemoEdit): Promise<void> {
    const before = this.#film;
    this.#film = edit.apply(before);
    await this.#writeTimeline();
    if (edit.replaced !== null)
      await writeDemoFile(this.#context.workers(), this.#media.get(edit.replaced) ?? '', 40, `${edit.replaced} v2`);
    for (const output of demoOutputs) await this.#patch(edit, output, before);
  }

  async #patch(edit: DemoEdit, output: DemoOutput, before: DemoFilm): Promise<void> {
    const deliverable = join(this.#folder, output.file);
    const look = await pictures(this.#context, deliverable);
    const patched = await this.#render(output, deliverable, join(this.#folder, 'store'));
    const cleanFolder = join(this.#folder, 'clean');
    await mkdir(cleanFolder);
    const clean = await this.#render(output, join(cleanFolder, output.file), join(cleanFolder, 'store'));
    const run = await patchRun({ edit, output, patched, clean, before, after: this.#film, look });
    await rm(cleanFolder, { recursive: true });
    this.#runs.push(run);
    this.#say(
      `${edit.name}, ${output.name}: ${run.frames.rendered} of ${run.frames.total} frames in ${run.seconds.toFixed(1)} s (clean render ${clean.seconds.toFixed(1)} s); identical to clean render: ${run.identical === true ? 'yes' : 'NO'}`,
    );
  }

  async finish(): Promise<CommandOutcome> {
    const report = join(this.#folder, 'report.html');
    await writeFile(
      report,
      patchReportHtml({
        title: 'Patchwork: four edits, two deliverables',
        lead: 'Each edit was patched into the old files and compared, bit for bit, with a clean render in a process of its own.',
        runs: this.#runs,
        colophon: [`Node ${process.versions.node}, ${this.#context.workers().count} workers`],
      }),
    );
    const differing = this.#runs.filter(({ identical }) => identical !== true);
    if (differing.length > 0) {
      throw new PatchworkError('PW_PROOF_FAILED', `${differing.length} patches differ from a clean render`, {
        details: { report },
      });
    }
    return {
      document: {
        schema: 'patchwork.demo/1',
        report: resolve(report),
        runs: this.#runs.map((run): Json => ({
          name: run.name,
          output: run.output,
          frames: { ...run.frames },
          seconds: run.seconds,
          cleanSeconds: run.cleanSeconds,
          identical: run.identical,
        })),
      },
      text: [demoTable(this.#runs), '', 'identical to clean render: yes', `report: ${resolve(report)}`].join('\n'),
    };
  }
}
