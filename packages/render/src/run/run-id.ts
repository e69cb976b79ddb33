import { tokenOf } from '@patchwork/store';
import type { RenderContext } from './context.ts';

/** Names a publication after the process that makes it, so that a later run can tell whether its temporary file is litter. */
export function runId(context: RenderContext): string {
  return `${tokenOf(context.store.context.processes.self)}~${context.clockMs()}`;
}
