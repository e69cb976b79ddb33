import type { Rate } from '@patchwork/time';
import { codeCells, codePlace } from '../../test-code.ts';
import type { TestMediaSpec, TestVideoSpec } from '../../jobs.ts';
import { solidSamples } from '../draw/composite.ts';
import { type Raster, type RasterFormat, RasterArena, rasterFormat } from '../frame/raster.ts';
import { type TextMask, textMask } from '../draw/text.ts';
import { timecodeText } from '../timecode.ts';

const glyphs = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';'];
/** Advance of DejaVu Sans Mono in ems. */
const advance = 0.602;

/** Draws test cards: a colour by id, the label, the frame number, the timecode, and the code cells. */
export class TestCard {
  private readonly spec: TestMediaSpec;
  private readonly video: TestVideoSpec;
  private readonly format: RasterFormat;
  private readonly arena = new RasterArena();
  private readonly background: Raster;
  private readonly digits: TextMask;
  private readonly digitSize: number;
  private readonly white: readonly [number, number, number];
  private readonly black: readonly [number, number, number];

  constructor(spec: TestMediaSpec, video: TestVideoSpec, pixelFormat: string) {
    this.spec = spec;
    this.video = video;
    this.format = rasterFormat(pixelFormat);
    const { depth } = this.format;
    const matrix = video.color?.matrix ?? 'bt709';
    const range = video.color?.range ?? 'tv';
    this.white = solidSamples([1, 1, 1], matrix, range, depth);
    this.black = solidSamples([0, 0, 0], matrix, range, depth);
    const ground = solidSamples(idColor(spec.id), matrix, range, depth);
    this.digitSize = Math.max(10, Math.round(video.height / 6));
    const cell = Math.ceil(this.digitSize * advance);
    this.digits = textMask(
      even(cell * glyphs.length),
      even(this.digitSize * 1.25),
      glyphs.map((text, index) => ({
        text,
        size: this.digitSize,
        x: index * cell,
        y: Math.round(this.digitSize * 0.1),
      })),
    );
    // Kept for all frames: memory of its own, outside the arena that is taken back frame by frame.
    this.background = solid(this.format, video.width, video.height, ground);
    const label = spec.label ?? `M${spec.id}`;
    const size = Math.max(
      10,
      Math.min(Math.round(video.height / 7), Math.floor(video.width / (advance * (label.length + 1)))),
    );
    const mask = textMask(video.width, video.height, [
      { text: label, size, x: 'center', y: Math.round(video.height * 0.28) },
    ]);
    stamp(this.background, mask, 0, video.width, 0, 0, this.white);
  }

  /** The card of the i-th frame; valid until the next one is drawn. */
  draw(index: number): Raster {
    this.arena.reset();
    const { width, height } = this.video;
    const planes = this.arena.planes(this.format, width, height);
    planes.forEach((plane, number) => plane.data.set(this.background.planes[number]?.data ?? []));
    const card: Raster = { ...this.background, planes };
    const number = (this.video.firstNumber ?? 0) + index;
    this.write(card, String(number).padStart(5, '0'), Math.round(height * 0.44));
    const start = this.spec.startTimecode ?? { frame: 0, dropFrame: false };
    this.write(
      card,
      timecodeText(start.frame + index, cardRate(this.video), start.dropFrame),
      Math.round(height * 0.62),
    );
    if (this.video.blank !== true) this.cells(card, number);
    return card;
  }

  private write(card: Raster, text: string, top: number): void {
    const cell = Math.ceil(this.digitSize * advance);
    const left = Math.max(0, even((this.video.width - cell * text.length) / 2));
    text.split('').forEach((letter, index) => {
      const glyph = glyphs.indexOf(letter);
      if (glyph >= 0) stamp(card, this.digits, glyph * cell, cell, left + index * cell, top, this.white);
    });
  }

  private cells(card: Raster, number: number): void {
    const { width, height } = this.video;
    const { cell, top } = codePlace(width, height, this.video.codeRow ?? 'top');
    codeCells(this.spec.id, number).forEach((row, line) => {
      row.forEach((on, column) => {
        fill(
          card,
          column * cell,
          top + line * cell,
          (column + 1) * cell,
          top + (line + 1) * cell,
          on ? this.white : this.black,
        );
      });
    });
  }
}

/** Frame rate that a card's timecode counts by. */
export function cardRate(video: TestVideoSpec): Rate {
  return video.rate;
}

function even(size: number): number {
  return Math.max(2, 2 * Math.ceil(size / 2));
}

/** Colours as far apart as neighbouring ids allow: the golden angle around the hues, dark enough for white letters. */
function idColor(id: number): [number, number, number] {
  const hue = (id * 0.618034) % 1;
  const value = 0.3 + (0.25 * ((id * 7) % 3)) / 2;
  return [0, 1 / 3, 2 / 3].map((shift) => {
    const angle = Math.abs(((hue + shift) % 1) * 6 - 3) - 1;
    return value * (0.25 + 0.75 * Math.min(1, Math.max(0, angle)));
  }) as [number, number, number];
}

function solid(
  format: RasterFormat,
  width: number,
  height: number,
  samples: readonly [number, number, number],
): Raster {
  const planes = new RasterArena().planes(format, width, height);
  planes.forEach((plane, index) => plane.data.fill(samples[index] ?? 0));
  return { format, width, height, planes, alpha: 1 };
}

/** Paints part of a mask (columns from `from` on) in one colour. */
function stamp(
  card: Raster,
  mask: TextMask,
  from: number,
  width: number,
  left: number,
  top: number,
  color: readonly [number, number, number],
): void {
  card.planes.forEach((plane, index) => {
    const xShift = index === 0 ? 0 : card.format.xShift;
    const yShift = index === 0 ? 0 : card.format.yShift;
    for (let y = 0; y < mask.height; y += 1 << yShift) {
      const row = (top + y) >> yShift;
      if (row < 0 || row >= plane.height) continue;
      for (let x = 0; x < width; x += 1 << xShift) {
        const column = (left + x) >> xShift;
        if (column >= plane.width || from + x >= mask.width) break;
        const cover = mask.coverage[y * mask.width + from + x] ?? 0;
        if (cover === 0) continue;
        const place = row * plane.stride + column;
        plane.data[place] = Math.round(((plane.data[place] ?? 0) * (255 - cover) + (color[index] ?? 0) * cover) / 255);
      }
    }
  });
}

function fill(
  card: Raster,
  left: number,
  top: number,
  right: number,
  bottom: number,
  color: readonly [number, number, number],
): void {
  card.planes.forEach((plane, index) => {
    const xScale = index === 0 ? 1 : 1 / (1 << card.format.xShift);
    const yScale = index === 0 ? 1 : 1 / (1 << card.format.yShift);
    const x0 = Math.round(left * xScale);
    const x1 = Math.min(plane.width, Math.round(right * xScale));
    for (
      let y = Math.max(0, Math.round(top * yScale));
      y < Math.min(plane.height, Math.round(bottom * yScale));
      y += 1
    ) {
      plane.data.fill(color[index] ?? 0, y * plane.stride + x0, y * plane.stride + x1);
    }
  });
}
