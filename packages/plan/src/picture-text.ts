import { formatRational } from '@patchwork/time';
import type { Picture, SourcePicture } from '@patchwork/program';
import { seenDigestOf } from '@patchwork/timeline';

/**
 * Writes a picture as an indented outline, topmost operation first: exactly what its frame key digests, so that a reader can
 * compare two by eye.
 */
export function pictureText(picture: Picture, pathOf: (source: SourcePicture) => string): string[] {
  switch (picture.op) {
    case 'source':
      return [sourceText(picture, pathOf)];
    case 'solid':
      return [`colour ${picture.color.join(' ')}`];
    case 'transform': {
      const { position, scale, rotation, anchor } = picture;
      const head = `transform position ${position.x},${position.y} scale ${scale.x},${scale.y} rotation ${rotation} anchor ${anchor.x},${anchor.y}`;
      return [head, ...indented(pictureText(picture.input, pathOf))];
    }
    case 'opacity':
      return [`opacity ${picture.opacity}`, ...indented(pictureText(picture.input, pathOf))];
    case 'over':
      return [
        'over, topmost first',
        ...picture.layers.toReversed().flatMap((layer) => indented(pictureText(layer, pathOf))),
      ];
    case 'mix': {
      const sides = [picture.from, picture.to].flatMap((side) => indented(pictureText(side, pathOf)));
      return [`mix, ${formatRational(picture.share)} of the second`, ...sides];
    }
    case 'nest': {
      const head = `compound ${picture.width}x${picture.height} ${picture.color.matrix}, ${picture.conform}${cropText(picture.crop)}`;
      return [head, ...indented(pictureText(picture.input, pathOf))];
    }
    case 'text':
      return [
        `text "${picture.text}" at the ${picture.placement}, font ${picture.font.slice(0, 12)}`,
        ...indented(pictureText(picture.input, pathOf)),
      ];
    case 'unmodelled':
      return [
        `not modelled: ${picture.label}${digestText(picture.content)}`,
        ...indented(pictureText(picture.input, pathOf)),
      ];
  }
}

/** What is known of a digest alone: its beginning, so that two can be told apart. */
function digestText(content: string): string {
  const seen = seenDigestOf(content);
  return seen === null ? '' : `, ${seen.digest.slice(0, 12)}`;
}

function indented(lines: readonly string[]): string[] {
  return lines.map((line) => `  ${line}`);
}

function sourceText(source: SourcePicture, pathOf: (source: SourcePicture) => string): string {
  const { media, stream, frame, pts, color, rotation, pixelAspect, conform, crop } = source;
  const turned = rotation === 0 ? '' : `, turned ${rotation}°`;
  const aspect = pixelAspect.num === pixelAspect.den ? '' : `, pixel aspect ${formatRational(pixelAspect)}`;
  const tags = `${color.primaries}/${color.transfer}/${color.matrix}/${color.range}`;
  return `${pathOf(source)} (${media.slice(0, 12)}) stream ${stream} frame ${frame} pts ${pts}, ${tags}, ${conform}${turned}${aspect}${cropText(crop)}`;
}

function cropText({ left, right, top, bottom, inPlace }: SourcePicture['crop']): string {
  if (left + right + top + bottom === 0) return '';
  return `, ${inPlace === true ? 'trim' : 'crop'} ${left} ${right} ${top} ${bottom}`;
}
