import { timecodeText, type Side } from '@patchwork/diff';
import { html, raw, type Markup } from './html.ts';
import { zoomClass, type StripScale, type Zoom } from './strip-scale.ts';

/** A timecode that would be cut off at the right is left out. */
const timecodeWidth = 70;
/** So many timecodes fit on a page's width. */
const mostOnPage = 8;

const stepSeconds: readonly number[] = [1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600, 7200];

/** Timecodes at even distances; each zoom divides those of the one before. */
export function ruler({ rate, start, frames }: Side, scale: StripScale, y: number): readonly Markup[] {
  const second = Math.max(1, Math.round(rate.num / rate.den));
  const drawn = new Set<number>();
  let step = 0;
  return scale.zooms.flatMap((zoom) => {
    step = stepAt(zoom, second, step, scale);
    const shows = zoom === 1 ? null : raw(` ${zoomClass(zoom)}`);
    const ticks: Markup[] = [];
    for (let frame = 0; frame === 0 || frame <= frames; frame += step) {
      if (drawn.has(frame) || (frame > 0 && scale.pixels(scale.frames - frame, zoom) < timecodeWidth)) continue;
      drawn.add(frame);
      ticks.push(
        html`<text class="lane${shows}" x="${scale.percent(frame)}" y="${y}"
          >${timecodeText(start.frame + frame, rate, start.dropFrame)}</text
        >`,
      );
    }
    return ticks;
  });
}

/** Frames between timecodes. */
function stepAt(zoom: Zoom, second: number, before: number, { frames }: StripScale): number {
  const isEven = (seconds: number): boolean => before === 0 || before % (seconds * second) === 0;
  const seconds = stepSeconds.find((each) => frames / (each * second) <= mostOnPage * zoom && isEven(each));
  return seconds === undefined ? Math.max(before, 7200 * second) : seconds * second;
}
