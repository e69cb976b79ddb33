/** What a stream's parameter sets say of its pictures: what must be equal for two streams to share a track. */
export interface PictureFormat {
  readonly codec: 'h264' | 'hevc' | 'av1';
  /** As the codec numbers it. */
  readonly profile: number;
  readonly level: number;
  /** Pixels as shown, cropping taken off. */
  readonly width: number;
  readonly height: number;
  /** 0 = monochrome, 1 = 4:2:0, 2 = 4:2:2, 3 = 4:4:4. */
  readonly chroma: number;
  readonly bitDepth: number;
  readonly progressive: boolean;
  /** Code points of ISO 23091-2; 2 where the stream does not say. */
  readonly primaries: number;
  readonly transfer: number;
  readonly matrix: number;
  /** Null where the stream does not say. */
  readonly fullRange: boolean | null;
  /** Pictures that a decoder must hold back; null where the stream does not say. */
  readonly reorder: number | null;
  /** Reference pictures. */
  readonly references: number;
}

/** Names of the members in which two formats differ that a decoder or a viewer would notice; empty: they can share a track. */
export function formatDifferences(a: PictureFormat, b: PictureFormat): readonly string[] {
  const members = [
    'codec',
    'width',
    'height',
    'chroma',
    'bitDepth',
    'progressive',
    'primaries',
    'transfer',
    'matrix',
    'fullRange',
  ] as const;
  // A range that is not said is the limited one.
  return members.filter((member) => (a[member] ?? false) !== (b[member] ?? false));
}
