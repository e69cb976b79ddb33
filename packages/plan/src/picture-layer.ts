import type {
  MixPicture,
  NestPicture,
  OverPicture,
  Picture,
  SolidPicture,
  SourcePicture,
  TextPicture,
  TransformPicture,
  UnmodelledPicture,
} from '@patchwork/program';

/** One layer of a picture, taken apart: what was done to it, outermost first, and what it shows. */
export interface Layer {
  /** Product of all opacities, 0…1. */
  readonly opacity: number;
  readonly transforms: readonly TransformPicture[];
  readonly texts: readonly TextPicture[];
  readonly unmodelled: readonly UnmodelledPicture[];
  readonly core: SourcePicture | SolidPicture | MixPicture | NestPicture | OverPicture;
}

/** The layers of a picture, lowest first; a picture without layers is one. */
export function layersOf(picture: Picture): readonly Picture[] {
  return picture.op === 'over' ? picture.layers : [picture];
}

/** Takes a layer apart. */
export function layerOf(picture: Picture): Layer {
  let opacity = 1;
  const transforms: TransformPicture[] = [];
  const texts: TextPicture[] = [];
  const unmodelled: UnmodelledPicture[] = [];
  let at = picture;
  for (;;) {
    switch (at.op) {
      case 'opacity':
        opacity *= at.opacity;
        at = at.input;
        break;
      case 'transform':
        transforms.push(at);
        at = at.input;
        break;
      case 'text':
        texts.push(at);
        at = at.input;
        break;
      case 'unmodelled':
        unmodelled.push(at);
        at = at.input;
        break;
      case 'source':
      case 'solid':
      case 'mix':
      case 'nest':
      case 'over':
        return { opacity, transforms, texts, unmodelled, core: at };
    }
  }
}

/**
 * The file's frame by which a picture is recognised: of the lowest layer, in a mix of the weightier side. Null where no
 * file shows.
 */
export function sourceOf(picture: Picture): SourcePicture | null {
  const { core } = layerOf(picture);
  switch (core.op) {
    case 'source':
      return core;
    case 'solid':
      return null;
    case 'mix':
      return sourceOf(core.share.num * 2 < core.share.den ? core.from : core.to);
    case 'nest':
      return sourceOf(core.input);
    case 'over':
      for (const layer of core.layers) {
        const source = sourceOf(layer);
        if (source !== null) return source;
      }
      return null;
  }
}
