import { expect, test } from 'vitest';
import { groupNames } from './change-group.ts';
import { diffStyle } from './diff-style.ts';
import { pageStyle } from './page-style.ts';

/** A colour as red, green and blue, 0…255. */
type Rgb = readonly [number, number, number];

/** The colours of a scheme by name; the first `:root` of a style is light, the second dark. */
function scheme(at: 0 | 1): (name: string) => Rgb {
  const roots = [pageStyle, diffStyle([], [])].map((style) => [...style.matchAll(/:root\{([^}]*)\}/g)][at]?.[1] ?? '');
  const colors = new Map(
    [...roots.join(';').matchAll(/--(\w+):#([0-9a-f]{3,6})/g)].map(([, name, hex]) => [name, rgbOf(hex ?? '')]),
  );
  return (name) => {
    const color = colors.get(name);
    if (color === undefined) throw new TypeError(`no colour ${name}`);
    return color;
  };
}

function rgbOf(hex: string): Rgb {
  const full = hex.length === 3 ? hex.replaceAll(/./g, '$&$&') : hex;
  const part = (from: number): number => Number.parseInt(full.slice(from, from + 2), 16);
  return [part(0), part(2), part(4)];
}

function mixed(a: Rgb, b: Rgb, share: number): Rgb {
  const part = (at: 0 | 1 | 2): number => a[at] * share + b[at] * (1 - share);
  return [part(0), part(1), part(2)];
}

/** Contrast ratio as WCAG 2.2 defines it, 1…21. */
function contrast(a: Rgb, b: Rgb): number {
  const luminance = ([red, green, blue]: Rgb): number => {
    const [x = 0, y = 0, z = 0] = [red, green, blue].map((value) => {
      const share = value / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const [bright = 0, dark = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x);
  return (bright + 0.05) / (dark + 0.05);
}

test.each([
  ['light', 0, 0.55],
  ['dark', 1, 0.35],
] as const)('%s: texts have a contrast of 4.5 and marks one of 3 (WCAG 2.2, AA)', (_, at, fill) => {
  const of = scheme(at);
  const told: (readonly [string, number, number])[] = [
    ['soft on the page', contrast(of('soft'), of('page')), 4.5],
    ['soft on a card', contrast(of('soft'), of('card')), 4.5],
    ['a verdict', Math.min(contrast(of('good'), of('card')), contrast(of('bad'), of('card'))), 4.5],
    ...groupNames.flatMap((name): (readonly [string, number, number])[] => [
      [`tag ${name}`, contrast(mixed(of(name), of('ink'), 0.65), of('page')), 4.5],
      [`a name on ${name}`, contrast(of('ink'), mixed(of(name), of('clip'), fill)), 4.5],
      [`the edge of ${name}`, contrast(of(name), of('clip')), 3],
    ]),
  ];
  expect(told.filter(([, ratio, least]) => ratio < least)).toEqual([]);
  expect(diffStyle([], [])).toContain(`--fill:${String(fill).slice(1)}`);
});
