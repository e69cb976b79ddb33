/** What a package may reach for. */
export interface Layer {
  readonly name: string;
  /** No I/O, no clock, no `node:*`: may import pure packages only. */
  readonly pure: boolean;
  /** Third-party libraries that this package alone imports. */
  readonly owns: readonly string[];
  /** Lower packages that it must not import all the same. */
  readonly never: readonly string[];
}

function pure(name: string, owns: readonly string[] = []): Layer {
  return { name, pure: true, owns, never: [] };
}

function impure(name: string, owns: readonly string[] = [], never: readonly string[] = []): Layer {
  return { name, pure: false, owns, never };
}

/** The packages, lowest first: one never imports another at or below its own line. */
export const layers: readonly Layer[] = [
  pure('kernel'),
  impure('files'),
  pure('time'),
  pure('timeline'),
  pure('formats', ['saxes', 'fflate', 'fzstd']),
  { ...pure('program'), never: ['formats'] },
  pure('plan'),
  impure('store', [], ['formats']),
  impure('media', ['node-av', 'dejavu-fonts-ttf']),
  impure('splice', [], ['store', 'media']),
  impure('render'),
  pure('diff'),
  pure('report'),
  impure('cli', ['commander']),
];

/** Libraries that every package's tests may use. */
export const testLibraries: readonly string[] = ['vitest', 'fast-check'];
