import { AV_PIX_FMT_GRAY8, AVCOL_RANGE_JPEG } from 'node-av/constants';
import { Filter, FilterGraph, Frame } from 'node-av/lib';
import type { FilterContext } from 'node-av/lib';
import { fontPath } from '../../font.ts';
import { checked, present } from '../check.ts';
import { allocatedFrame } from '../frame/frame-memory.ts';

/** Where letters cover the canvas, 0…255, rows without padding; and the box around them. */
export interface TextMask {
  readonly width: number;
  readonly height: number;
  readonly coverage: Uint8Array;
  /** Half-open, in pixels, even; empty where there are no letters. */
  readonly box: { readonly left: number; readonly top: number; readonly right: number; readonly bottom: number };
}

/** Where a text stands: its size and left upper corner in pixels; `center` counts from the canvas's middle column. */
export interface TextPlace {
  readonly size: number;
  readonly x: number | 'center';
  readonly y: number;
}

/** Draws texts as coverage. Options go in as values, never through a filter string: no text can become a filter. */
export function textMask(
  width: number,
  height: number,
  texts: readonly (TextPlace & { readonly text: string })[],
): TextMask {
  const graph = new FilterGraph();
  graph.alloc();
  graph.nbThreads = 1;
  const canvas = allocatedFrame(AV_PIX_FMT_GRAY8, width, height);
  const drawn = new Frame();
  drawn.alloc();
  try {
    canvas.data?.[0]?.fill(0);
    canvas.colorRange = AVCOL_RANGE_JPEG;
    canvas.pts = 0n;
    const source = added(graph, 'buffer', 'in', {
      width,
      height,
      pix_fmt: 'gray',
      time_base: '1/25',
      pixel_aspect: '1/1',
      range: 'pc',
    });
    let last = source;
    texts.forEach(({ text, size, x, y }, index) => {
      const letters = added(graph, 'drawtext', `text${index}`, {
        fontfile: fontPath(),
        text: text === '' ? ' ' : text,
        expansion: 'none',
        fontsize: size,
        fontcolor: 'white',
        x: x === 'center' ? '(w-text_w)/2' : x,
        y,
      });
      checked(last.link(0, letters, 0), 'linking filters');
      last = letters;
    });
    const sink = added(graph, 'buffersink', 'out', {});
    checked(last.link(0, sink, 0), 'linking filters');
    checked(graph.configSync(), 'configuring the text filter');
    checked(source.buffersrcAddFrameSync(canvas), 'feeding the text filter');
    checked(sink.buffersinkGetFrameSync(drawn), 'taking from the text filter');
    return maskOf(drawn, width, height);
  } finally {
    drawn.free();
    canvas.free();
    graph.free();
  }
}

function added(
  graph: FilterGraph,
  filter: string,
  name: string,
  options: { readonly [key: string]: string | number },
): FilterContext {
  const context = present(
    graph.allocFilter(present(Filter.getByName(filter), `filter ${filter}`), name),
    `filter ${filter}`,
  );
  for (const [key, value] of Object.entries(options)) {
    checked(context.setOption(key, String(value)), `${filter} ${key}`);
  }
  checked(context.initStr(null), `starting ${filter}`);
  return context;
}

function maskOf(frame: Frame, width: number, height: number): TextMask {
  const rows = present(frame.data?.[0], 'frame data');
  const line = frame.linesize[0] ?? width;
  const coverage = new Uint8Array(width * height);
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const value = rows[y * line + x] ?? 0;
      coverage[y * width + x] = value;
      if (value === 0) continue;
      left = Math.min(left, x);
      right = Math.max(right, x + 1);
      top = Math.min(top, y);
      bottom = Math.max(bottom, y + 1);
    }
  }
  return { width, height, coverage, box: { left, top, right, bottom } };
}
