import type { Unplayed } from './evidence.ts';

/** A film of another program: how Debian's ffmpeg is asked for it, and for the pieces that are patched in. */
export interface ForeignFilm {
  readonly name: string;
  /** Row of the table: codec and container. */
  readonly codec: string;
  readonly container: 'mp4' | 'mov';
  readonly film: readonly string[];
  /** Encoder and settings of the pieces: others than the film's. */
  readonly piece: readonly string[];
  readonly pixelFormat?: string;
  /** What Debian's Chromium does with the film that nobody has patched; left out where it plays. */
  readonly unplayed?: Unplayed;
  /** Input filters of film and pieces, as `-vf`. */
  readonly filter?: string;
}

const x264 = (settings: string): readonly string[] => [
  '-c:v',
  'libx264',
  '-preset',
  'veryfast',
  '-x264-params',
  `keyint=25:min-keyint=25:scenecut=0:${settings}`,
];
const x265 = (settings: string): readonly string[] => [
  '-c:v',
  'libx265',
  '-preset',
  'ultrafast',
  '-tag:v',
  'hvc1',
  '-x265-params',
  `log-level=none:keyint=25:min-keyint=25:scenecut=0:${settings}`,
];
const x264Piece = ['-crf', '30', ...x264('bframes=2:open-gop=0')];
const x264Straight = ['-crf', '30', ...x264('bframes=0')];
const x265Piece = ['-crf', '32', ...x265('bframes=2:b-pyramid=0:open-gop=0:ctu=32')];
const svt = (preset: string): readonly string[] => ['-c:v', 'libsvtav1', '-preset', preset, '-crf', '35', '-g', '25'];
const prores = (encoder: string, flavour: string): readonly string[] => ['-c:v', encoder, '-profile:v', flavour];
const dnxhr = (flavour: string): readonly string[] => ['-c:v', 'dnxhd', '-profile:v', flavour];

const h264 = { codec: 'H.264', container: 'mp4', piece: x264Piece } as const;
const hevc = { codec: 'HEVC', container: 'mp4', piece: x265Piece, unplayed: 'does not play' } as const;
const av1 = { codec: 'AV1', container: 'mp4' } as const;

/** Films by seven encoders of Debian's ffmpeg, in the settings that splicing can fail at. */
export const foreignFilms: readonly ForeignFilm[] = [
  { ...h264, name: 'x264, three B-frames', film: x264('bframes=3') },
  {
    ...h264,
    name: 'x264, open GOP, B-pyramid',
    film: x264('bframes=3:b-pyramid=normal:open-gop=1'),
    unplayed: 'fails on the untouched film',
  },
  { ...h264, name: 'x264, CAVLC, four slices', film: x264('bframes=2:cabac=0:slices=4') },
  {
    ...h264,
    name: 'x264, baseline',
    film: [...x264('bframes=0'), '-profile:v', 'baseline'],
    piece: x264Straight,
  },
  { ...h264, name: 'x264, deep B-pyramid', film: x264('bframes=8:b-pyramid=normal:ref=6:b-adapt=0') },
  {
    ...h264,
    name: 'x264, moov in front, headers repeated, delimiters',
    film: [...x264('bframes=2:repeat-headers=1:aud=1'), '-movflags', '+faststart'],
  },
  { ...h264, name: 'x264, in MOV', container: 'mov', film: x264('bframes=2') },
  {
    ...h264,
    name: 'x264, variable frame rate',
    film: [...x264('bframes=2'), '-fps_mode', 'vfr'],
    filter: "select='mod(n,5)-3'",
  },
  {
    ...h264,
    name: 'x264, 10 bit',
    film: [...x264('bframes=2'), '-profile:v', 'high10'],
    piece: [...x264Piece, '-profile:v', 'high10'],
    pixelFormat: 'yuv420p10le',
  },
  { ...hevc, name: 'x265, closed GOP', film: x265('bframes=3:open-gop=0') },
  { ...hevc, name: 'x265, open GOP (CRA)', film: x265('bframes=4:b-pyramid=1:open-gop=1') },
  { ...hevc, name: 'x265, 10 bit', film: x265('bframes=3:open-gop=0'), pixelFormat: 'yuv420p10le' },
  { ...hevc, name: 'x265, in MOV', container: 'mov', film: x265('bframes=0:open-gop=0'), piece: [...x265Piece] },
  { ...av1, name: 'SVT-AV1, patched by SVT-AV1', film: svt('10'), piece: svt('12') },
  {
    ...av1,
    name: 'libaom, patched by SVT-AV1',
    film: ['-c:v', 'libaom-av1', '-cpu-used', '8', '-crf', '40', '-g', '25', '-usage', 'realtime'],
    piece: svt('12'),
  },
  {
    codec: 'ProRes',
    unplayed: 'does not play',
    container: 'mov',
    name: 'prores_aw, patched by prores_ks',
    film: prores('prores_aw', '2'),
    piece: prores('prores_ks', '2'),
    pixelFormat: 'yuv422p10le',
  },
  {
    codec: 'DNxHR',
    unplayed: 'does not play',
    container: 'mov',
    name: 'dnxhd, HQ',
    film: dnxhr('dnxhr_hq'),
    piece: [...dnxhr('dnxhr_hq'), '-mbd', 'rd'],
    pixelFormat: 'yuv422p',
  },
  {
    codec: 'Motion JPEG',
    unplayed: 'does not play',
    container: 'mov',
    name: 'mjpeg',
    film: ['-c:v', 'mjpeg', '-q:v', '3'],
    piece: ['-c:v', 'mjpeg', '-q:v', '6'],
    pixelFormat: 'yuvj420p',
  },
];
