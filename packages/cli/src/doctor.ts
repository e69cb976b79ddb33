import { builtInProfileNames, containerOfBuiltIn, resolveProfile } from '@patchwork/plan';
import { isPatchworkError, type Json } from '@patchwork/kernel';
import { rational } from '@patchwork/time';
import type { CommandContext, CommandOutcome } from './shell.ts';
import { bytesText } from './words.ts';

/** One thing that was looked at. */
interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do where it is not well; null where it is. */
  readonly hint: string | null;
}

/** The smallest free space that is not worth a warning. */
const littleSpaceBytes = 2e9;

/** Looks at everything the work needs: Node, the codecs (by a real trial encode of each profile), the store and its disk. */
export async function doctor(context: CommandContext): Promise<CommandOutcome> {
  const checks = [nodeCheck(), ...(await profileChecks(context)), await storeCheck(context), await spaceCheck(context)];
  const ok = checks.every((check) => check.ok);
  return {
    document: { schema: 'patchwork.doctor/1', ok, checks: checks.map((check): Json => ({ ...check })) },
    text: checks
      .map(
        (check) =>
          `${check.ok ? '✓' : '✗'} ${check.name.padEnd(18)} ${check.found}${check.hint === null ? '' : `\n    ${check.hint}`}`,
      )
      .join('\n'),
    exitCode: ok ? 0 : 1,
  };
}

function nodeCheck(): Check {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const ok = major > 20 || (major === 20 && minor >= 19);
  return { name: 'Node.js', ok, found: process.versions.node, hint: ok ? null : 'Install Node.js 20.19 or newer.' };
}

async function profileChecks(context: CommandContext): Promise<Check[]> {
  const facts = { width: 640, height: 360, rate: rational(25) };
  const checks: Check[] = [];
  for (const name of builtInProfileNames) {
    const extension = `.${containerOfBuiltIn(name)}`;
    try {
      const profile = resolveProfile({
        requested: name,
        ledger: null,
        extension,
        timelineFacts: facts,
        firstMediaFacts: null,
      });
      const toolchain = await context.workers().toolchain(profile.video, { signal: context.signal });
      checks.push({ name, ok: true, found: `${toolchain.encoder}`, hint: null });
    } catch (error) {
      if (!isPatchworkError(error)) throw error;
      checks.push({ name, ok: false, found: error.message, hint: error.hint });
    }
  }
  return checks;
}

async function storeCheck(context: CommandContext): Promise<Check> {
  const folder = context.settings.store.value;
  const problem = context.storeProblem;
  if (problem !== null) {
    return { name: 'chunk store', ok: false, found: problem.message, hint: 'Name another folder with --store.' };
  }
  const alarms = context.store.alarms().length;
  return {
    name: 'chunk store',
    ok: alarms === 0,
    found: `${folder}${alarms > 0 ? `, ${alarms} keys were encoded to different bytes` : ''}`,
    hint:
      alarms > 0 ? 'This machine gave two results for one job: check its memory; patchwork fsck lists the keys.' : null,
  };
}

async function spaceCheck(context: CommandContext): Promise<Check> {
  if (context.storeProblem !== null) return { name: 'free space', ok: false, found: 'not known', hint: null };
  const free = await context.files.freeBytes(context.settings.store.value);
  const ok = free >= littleSpaceBytes;
  return {
    name: 'free space',
    ok,
    found: bytesText(free),
    hint: ok ? null : 'Make room, or move the store with --store.',
  };
}
