import type { AVPixelFormat } from 'node-av/constants';
import { avGetPixFmtName } from 'node-av/lib';

/** FFmpeg's name of a pixel format; `unknown` for none. */
export function pixelFormatName(format: number): string {
  return avGetPixFmtName(format as AVPixelFormat) ?? 'unknown';
}

/** Whether a format carries alpha. A palette may hold clear entries, so it counts. */
export function carriesAlpha(format: number): boolean {
  const name = pixelFormatName(format);
  return /^(yuva|gbrap|ya8|ya16|rgba|bgra|argb|abgr|rgba64|bgra64|pal8|ayuv|vuya|uyva)/.test(name);
}
