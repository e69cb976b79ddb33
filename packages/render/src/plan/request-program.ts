import type { Diagnostic } from '@patchwork/kernel';
import { fontDigest } from '@patchwork/media';
import { compileProgram, type Canvas, type Epoch, type Program } from '@patchwork/program';
import type { LedgerEntry } from '@patchwork/store';
import type { FrameRange } from '@patchwork/time';
import type { RenderContext } from '../run/context.ts';
import { carriedEpochs, forcedEpochs } from '../timeline/epochs.ts';
import { parseRange } from '../timeline/range-text.ts';
import type { OpenedRequest } from './opened-request.ts';
import { checkForced } from './refusal.ts';
import type { RenderRequest } from '../run/request.ts';

/** What a request's programme is compiled from. */
export interface CompileParts extends OpenedRequest {
  /** Entries whose epochs still hold, newest first: also under --full, which must find no stale chunk in the store. */
  readonly line: readonly LedgerEntry[];
}

/** A timeline's programme, and what came with it. */
export interface Compiled {
  readonly program: Program;
  readonly range: FrameRange | null;
  readonly epochs: readonly Epoch[];
  readonly diagnostics: readonly Diagnostic[];
}

/** Compiles the timeline: once to place the epochs that earlier runs left, and again with them where there are any. */
export function compileRequest(context: RenderContext, request: RenderRequest, parts: CompileParts): Compiled {
  const { loaded, facts, profile, catalog, line } = parts;
  const range = request.range === null ? null : parseRange(request.range, facts);
  const { width, height, rate, color } = profile.video;
  const canvas: Canvas = { width, height, rate, color };
  const compile = (
    epochs: readonly Epoch[],
  ): { readonly program: Program; readonly diagnostics: readonly Diagnostic[] } =>
    compileProgram({
      timeline: loaded.timeline,
      canvas,
      media: catalog.find,
      sha256: context.sha256,
      sampleRate: profile.sound.sampleRate,
      epochs,
      font: fontDigest(),
      range,
    });
  const plain = compile([]);
  const carried = carriedEpochs(context, line, plain.program, range);
  const forced = request.forceRanges.map((text) => parseRange(text, facts));
  checkForced(forced, range ?? { in: 0, out: plain.program.frames });
  const epochs = [...carried, ...forcedEpochs(forced, line)];
  return { range, epochs, ...(epochs.length === 0 ? plain : compile(epochs)) };
}
