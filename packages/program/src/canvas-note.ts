import { canonicalJson, PatchworkError } from '@patchwork/kernel';
import { parseRate } from '@patchwork/time';
import { type Item, member, plainJson } from '@patchwork/timeline';
import type { Canvas, ColorTags } from './canvas.ts';

/**
 * The canvas that a nested timeline brings along in `metadata.patchwork.canvas`: `{ "width", "height", "rate", "color" }`,
 * the rate as `"24000/1001"`, the colour as {@link ColorTags}; what is absent is the outer canvas's. Without the note the
 * item is a mere group on the outer canvas.
 *
 * @throws PW_CANVAS_MALFORMED
 */
export function canvasOf(item: Item, outer: Canvas): Canvas {
  const note = member(item.metadata, 'patchwork', 'canvas');
  if (note === undefined || note === null) return outer;
  const side = (name: 'width' | 'height'): number => {
    const found = member(note, name);
    const value = found === undefined ? outer[name] : plainJson(found);
    if (typeof value === 'number' && Number.isSafeInteger(value) && value > 0) return value;
    throw malformed(item, name, 'a positive whole number');
  };
  const rate = member(note, 'rate');
  const parsed = rate === undefined || rate === null ? outer.rate : typeof rate === 'string' ? parseRate(rate) : null;
  if (parsed === null) throw malformed(item, 'rate', 'a rate such as "24000/1001"');
  return { width: side('width'), height: side('height'), rate: parsed, color: colorOf(item, outer.color) };
}

function colorOf(item: Item, outer: ColorTags): ColorTags {
  const note = member(item.metadata, 'patchwork', 'canvas', 'color');
  if (note === undefined || note === null) return outer;
  const tag = (name: keyof ColorTags): string => {
    const value = member(note, name) ?? outer[name];
    if (typeof value !== 'string') throw malformed(item, `color.${name}`, 'a text');
    return value;
  };
  return { primaries: tag('primaries'), transfer: tag('transfer'), matrix: tag('matrix'), range: tag('range') };
}

function malformed(item: Item, field: string, wanted: string): PatchworkError {
  return new PatchworkError(
    'PW_CANVAS_MALFORMED',
    `"${item.name}": metadata.patchwork.canvas.${field} should be ${wanted}`,
    {
      hint: 'Write the timeline again with the program that made it.',
      details: { item: item.name, field },
    },
  );
}

/** Canonical text of a canvas. */
export function canvasText(canvas: Canvas): string {
  return canonicalJson({
    width: canvas.width,
    height: canvas.height,
    rate: `${canvas.rate.num}/${canvas.rate.den}`,
    color: { ...canvas.color },
  });
}
