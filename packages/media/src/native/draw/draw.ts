import { type Digest, PatchworkError } from '@patchwork/kernel';
import type {
  ColorTags,
  NestPicture,
  Picture,
  SourcePicture,
  TextPicture,
  UnmodelledPicture,
} from '@patchwork/program';
import type { Frame } from 'node-av/lib';
import { fontDigest } from '../../font.ts';
import { fadedRaster, mixedRaster, overRaster, solidRaster, solidSamples } from './composite.ts';
import {
  type Conforming,
  type DrawingCanvas,
  type Room,
  type Workshop,
  centredRaster,
  clearRaster,
  conformedFrame,
  isConformed,
  ownFrame,
} from './conform.ts';
import { FrameArena } from '../frame/frame-arena.ts';
import type { FramePool } from '../decode/frame-pool.ts';
import { type Raster, type RasterFormat, RasterArena } from '../frame/raster.ts';
import { Scaler } from '../frame/scaler.ts';
import { textedRaster } from './texted.ts';
import { type TextMask, textMask } from './text.ts';
import { type Placement, transformedOwn, transformedRaster } from './transform.ts';

/** Texts kept drawn: a burn-in changes with every frame, a clip name with every clip. */
const masksKept = 8;

/** What a renderer does with what it cannot draw. */
export type UnmodelledPolicy = 'refuse' | 'pass-through';

/** Draws {@link Picture}s. The pixels depend on the picture and the canvas alone, never on what was drawn before. */
export class Drawer {
  private readonly canvas: DrawingCanvas;
  private readonly pool: FramePool;
  private readonly paths: ReadonlyMap<Digest, string>;
  private readonly policy: UnmodelledPolicy;
  private readonly arena = new RasterArena();
  private readonly scaler = new Scaler();
  private readonly masks = new Map<string, TextMask>();
  private readonly shop: Workshop;

  constructor(
    canvas: {
      readonly format: RasterFormat;
      readonly width: number;
      readonly height: number;
      readonly color: ColorTags;
    },
    pool: FramePool,
    paths: ReadonlyMap<Digest, string>,
    policy: UnmodelledPolicy,
  ) {
    this.canvas = canvas;
    this.pool = pool;
    this.paths = paths;
    this.policy = policy;
    this.shop = { arena: this.arena, frames: new FrameArena(), scaler: this.scaler };
  }

  /**
   * Draws a picture and hands it to `use`; its memory is taken back afterwards. What is clear in the end shows black.
   *
   * @throws PW_MEDIA_DECODE, PW_RENDER_UNMODELLED, PW_MEDIA_FONT
   */
  draw<T>(picture: Picture, use: (raster: Raster) => T): T {
    try {
      const drawn = this.render(picture, this.canvas);
      if (drawn.alpha === 1) return use(drawn);
      const { format, width, height, color } = this.canvas;
      const black = solidRaster(
        this.arena,
        format,
        width,
        height,
        solidSamples([0, 0, 0], color.matrix, color.range, format.depth),
        1,
      );
      return use(overRaster(this.arena, black, drawn));
    } finally {
      this.shop.frames.reset();
      this.arena.reset();
    }
  }

  /**
   * Hands a picture to whoever encodes it: where it is nothing but a decoded frame of the canvas's own kind, that frame,
   * which spares two copies; else what {@link draw} draws. Both are the same samples.
   *
   * @throws as `draw`
   */
  drawTo<T>(picture: Picture, sink: { encode(raster: Raster): T; encodeFrame(frame: Frame): T }): T {
    if (picture.op !== 'source') return this.draw(picture, (raster) => sink.encode(raster));
    const frame = this.decoded(picture);
    try {
      if (isConformed(frame, picture, this.canvas)) return sink.encodeFrame(frame);
    } finally {
      frame.free();
    }
    return this.draw(picture, (raster) => sink.encode(raster));
  }

  /**
   * Draws a picture on the canvas; with room for the whole, what is larger than the canvas stays larger, about the same
   * centre, where operations on one picture lead to it: a transform brings in what its conform left outside.
   */
  private render(picture: Picture, canvas: DrawingCanvas, room: Room = 'canvas'): Raster {
    switch (picture.op) {
      case 'source':
        return this.renderSource(picture, canvas, room);
      case 'solid': {
        const [red, green, blue, alpha] = picture.color;
        const samples = solidSamples([red, green, blue], canvas.color.matrix, canvas.color.range, canvas.format.depth);
        return solidRaster(this.arena, canvas.format, canvas.width, canvas.height, samples, alpha);
      }
      case 'transform': {
        if (picture.pixels === 'own') return this.renderOwn(picture.input, picture, canvas, room);
        const whole = this.render(picture.input, canvas, 'whole');
        const moved = transformedRaster(this.arena, whole, picture, canvas.height);
        return room === 'whole' ? moved : centredRaster(this.arena, moved, canvas);
      }
      case 'opacity':
        return fadedRaster(this.arena, this.render(picture.input, canvas, room), picture.opacity);
      case 'over':
        return this.renderOver(picture.layers, canvas);
      case 'mix':
        return mixedRaster(
          this.arena,
          this.render(picture.from, canvas),
          this.render(picture.to, canvas),
          picture.share,
        );
      case 'nest': {
        return conformedFrame(this.nestFrame(picture, canvas), conformingOf(picture), canvas, this.shop, room);
      }
      case 'text':
        return this.renderText(picture, canvas);
      case 'unmodelled':
        return this.render(this.passedThrough(picture), canvas, room);
    }
  }

  /** What a transform shows of a picture that it draws from its own pixels. */
  private renderOwn(picture: Picture, placement: Placement, canvas: DrawingCanvas, room: Room): Raster {
    switch (picture.op) {
      case 'source': {
        const frame = this.decoded(picture);
        try {
          return this.placedOwn(frame, picture, placement, canvas, room);
        } finally {
          frame.free();
        }
      }
      case 'nest':
        return this.placedOwn(this.nestFrame(picture, canvas), conformingOf(picture), placement, canvas, room);
      case 'opacity':
        return fadedRaster(this.arena, this.renderOwn(picture.input, placement, canvas, room), picture.opacity);
      case 'mix':
        return mixedRaster(
          this.arena,
          this.renderOwn(picture.from, placement, canvas, room),
          this.renderOwn(picture.to, placement, canvas, room),
          picture.share,
        );
      case 'unmodelled':
        return this.renderOwn(this.passedThrough(picture), placement, canvas, room);
      case 'solid':
      case 'transform':
      case 'over':
      case 'text':
        throw new TypeError(`picture.pixels: "own" leads to "${picture.op}", which has no pixels of its own`);
    }
  }

  private placedOwn(frame: Frame, how: Conforming, placement: Placement, canvas: DrawingCanvas, room: Room): Raster {
    const own = ownFrame(frame, how, canvas, this.shop, room);
    if (own === null) return clearRaster(canvas, this.shop);
    return transformedOwn(this.arena, own.raster, own.box, placement, own.size, canvas.height);
  }

  /** A nest's picture, composed on its own canvas. */
  private nestFrame(picture: NestPicture, { format }: DrawingCanvas): Frame {
    const { width, height, color, input } = picture;
    return this.shop.frames.frameOf(this.render(input, { format, width, height, color }));
  }

  /** What shows where something cannot be drawn, if the policy allows it. */
  private passedThrough(picture: UnmodelledPicture): Picture {
    if (this.policy === 'pass-through') return picture.input;
    throw new PatchworkError('PW_RENDER_UNMODELLED', `this renderer cannot draw ${picture.label}`, {
      hint: 'Render it in the program that made it, or allow it to be left out.',
      details: { label: picture.label },
    });
  }

  private renderSource(picture: SourcePicture, canvas: DrawingCanvas, room: Room): Raster {
    const frame = this.decoded(picture);
    try {
      return conformedFrame(frame, picture, canvas, this.shop, room);
    } finally {
      frame.free();
    }
  }

  /** A frame of a file; the caller frees it. */
  private decoded(picture: SourcePicture): Frame {
    const path = this.paths.get(picture.media);
    if (path === undefined) {
      throw new PatchworkError('PW_MEDIA_OFFLINE', `no file is known for media ${picture.media}`, {
        hint: 'Give the job every file that its pictures name.',
        details: { media: picture.media },
      });
    }
    try {
      return this.pool.frameAt(path, picture.stream, picture.pts);
    } catch (error) {
      if (error instanceof PatchworkError && error.code === 'PW_MEDIA_DECODE') {
        const { cause: reason } = error.details;
        const why = typeof reason === 'string' ? reason : error.message;
        throw new PatchworkError(
          'PW_MEDIA_DECODE',
          `${path}: frame ${picture.frame} (pts ${picture.pts}) cannot be decoded: ${why}`,
          {
            hint: error.hint ?? '',
            details: { ...error.details, frame: picture.frame },
            cause: error,
          },
        );
      }
      throw error;
    }
  }

  private renderOver(layers: readonly Picture[], canvas: DrawingCanvas): Raster {
    let result: Raster | null = null;
    for (const layer of layers) {
      const raster = this.render(layer, canvas);
      result = result === null ? raster : overRaster(this.arena, result, raster);
    }
    return result ?? clearRaster(canvas, this.shop);
  }

  private renderText(picture: TextPicture, canvas: DrawingCanvas): Raster {
    if (picture.font !== fontDigest()) {
      throw new PatchworkError(
        'PW_MEDIA_FONT',
        `text asks for font ${picture.font}, but ${fontDigest()} is installed`,
        {
          hint: 'Install the dejavu-fonts-ttf version that this project pins.',
          details: { asked: picture.font, installed: fontDigest() },
        },
      );
    }
    const input = this.render(picture.input, canvas);
    const mask = this.maskFor(picture.text, canvas);
    const top = picture.placement === 'top' ? 0.04 : 0.96;
    return textedRaster(
      this.arena,
      input,
      mask,
      evenFloor(canvas.height * top - (top > 0.5 ? mask.height : 0)),
      canvas.color,
    );
  }

  private maskFor(text: string, canvas: DrawingCanvas): TextMask {
    const key = `${canvas.width} ${canvas.height} ${text}`;
    const known = this.masks.get(key);
    if (known !== undefined) return known;
    const size = Math.max(8, Math.round(canvas.height / 18));
    const mask = textMask(canvas.width, 2 * Math.ceil(size * 0.75), [
      { text, size, x: 'center', y: Math.round(size * 0.2) },
    ]);
    this.masks.set(key, mask);
    for (const old of this.masks.keys()) {
      if (this.masks.size <= masksKept) break;
      this.masks.delete(old);
    }
    return mask;
  }

  /** Frees everything native. */
  close(): void {
    this.shop.frames.close();
    this.scaler.close();
  }
}

function conformingOf({ color, conform, crop }: NestPicture): Conforming {
  return { color, conform, crop, pixelAspect: { num: 1, den: 1 }, rotation: 0 };
}

function evenFloor(value: number): number {
  return Math.max(0, 2 * Math.floor(value / 2));
}
