import type { Command } from 'commander';
import { PatchworkError } from '@patchwork/kernel';

/** Commands that the design promises and this version does not have, and what does their work until then. */
const laterCommands: readonly (readonly [name: string, instead: string])[] = [
  ['adopt', 'Render the film once with patchwork render; from then on its deliverable can be patched.'],
];

/** Adds the commands that are not there yet: each refuses by name and says what to do instead. */
export function addNotYet(program: Command): void {
  for (const [name, instead] of laterCommands) {
    program
      .command(name, { hidden: true })
      .argument('[words...]')
      .allowUnknownOption()
      .action(() => {
        throw notYet(`patchwork ${name}`, instead);
      });
  }
}

/** The refusal of something that the design promises. */
export function notYet(what: string, instead: string): PatchworkError {
  return new PatchworkError('PW_NOT_YET', `${what} is not in this version`, { hint: instead, details: { what } });
}

/** Flags of `render` and `plan` that are known and not served yet. */
export interface LaterFlags {
  readonly renderer?: string;
  readonly pieces?: string;
}

/** Refuses them by name; `--renderer ffmpeg` is the built-in one. @throws PW_NOT_YET, PW_USAGE_RENDERER */
export function refuseLaterFlags({ renderer, pieces }: LaterFlags): void {
  const builtIn = 'Leave it out: the built-in renderer is used.';
  if (pieces !== undefined) throw notYet('--pieces', builtIn);
  if (renderer === undefined || renderer === 'ffmpeg') return;
  if (renderer === 'pieces') throw notYet('--renderer pieces', builtIn);
  throw new PatchworkError('PW_USAGE_RENDERER', `--renderer ${renderer} is no renderer`, { hint: 'Use ffmpeg.' });
}
