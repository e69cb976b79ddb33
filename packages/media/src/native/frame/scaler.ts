import type { ColorTags } from '@patchwork/program';
import { SoftwareScaleContext } from 'node-av/lib';
import type { Frame } from 'node-av/lib';
import { checked } from '../check.ts';
import { colorNumbers } from './color-tags.ts';
import { tagFrame } from './frame-memory.ts';

/** Contexts kept; each holds the filter tables of one pair of sizes and formats. */
const contextsKept = 16;

/**
 * Brings frames to another size, format, matrix and range with FFmpeg's scaler. `accurate_rnd+bitexact` makes the C and
 * SIMD paths of all processors agree. Only matrix and range convert: the scaler is told neither primaries nor transfer, so
 * that no pixel can depend on them (they are in no key).
 */
export class Scaler {
  private readonly contexts = new Map<string, SoftwareScaleContext>();

  /** Fills `output` (its format and size are the target's). The colour tags of both frames are overwritten. */
  convert(input: Frame, from: ColorTags, output: Frame, to: ColorTags): void {
    const target = colorNumbers({ ...to, primaries: 'unknown', transfer: 'unknown' });
    const source = colorNumbers({ ...from, primaries: 'unknown', transfer: 'unknown' });
    tagFrame(input, source);
    tagFrame(output, target);
    const key = [
      input.width,
      input.height,
      input.format,
      source.matrix,
      input.colorRange,
      output.width,
      output.height,
      output.format,
      target.matrix,
      output.colorRange,
    ].join(' ');
    checked(this.contextFor(key).scaleFrameSync(output, input), 'sws_scale_frame');
    tagFrame(output, colorNumbers(to));
  }

  private contextFor(key: string): SoftwareScaleContext {
    const known = this.contexts.get(key);
    if (known !== undefined) {
      this.contexts.delete(key);
      this.contexts.set(key, known);
      return known;
    }
    const context = new SoftwareScaleContext();
    context.allocContext();
    checked(context.setOption('sws_flags', 'bicubic+accurate_rnd+bitexact'), 'sws_flags');
    checked(context.setOption('threads', 1), 'sws threads');
    this.contexts.set(key, context);
    for (const [old, other] of this.contexts) {
      if (this.contexts.size <= contextsKept) break;
      this.contexts.delete(old);
      other.freeContext();
    }
    return context;
  }

  /** Frees the contexts. */
  close(): void {
    for (const context of this.contexts.values()) context.freeContext();
    this.contexts.clear();
  }
}
