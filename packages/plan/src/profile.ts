import type { ColorTags } from '@patchwork/program';
import type { Rate } from '@patchwork/time';

/** Everything that decides how a programme becomes a file, resolved: nothing is left to a default further down. */
export interface Profile {
  /** For people; never in a key. */
  readonly name: string;
  readonly video: VideoProfile;
  readonly sound: SoundProfile;
  readonly container: ContainerProfile;
}

/** The picture's encoding. In every action key, save the primaries and transfer of H.264 (SPEC, K6). */
export interface VideoProfile {
  readonly codec: VideoCodec;
  /** Pixels, even. */
  readonly width: number;
  readonly height: number;
  readonly rate: Rate;
  /** FFmpeg's name: `yuv420p`, `yuv422p10le`. */
  readonly pixelFormat: string;
  readonly color: ColorTags;
  /** Longest chunk in frames (G); 1 for intra codecs: one frame is one chunk. */
  readonly gop: number;
  /** By how many frames decoding precedes showing (0 = no B-frames): the constant between dts and pts. */
  readonly reorder: number;
  /** Every encoder option, by FFmpeg's name, as text; an encoder's own as `x264-params.NAME`, one entry an option. */
  readonly options: { readonly [name: string]: string };
}

/** Codecs that can be rendered to. ProRes and DNxHR name their flavour in the options. */
export type VideoCodec = 'h264' | 'hevc' | 'av1' | 'prores' | 'dnxhr';

/** The sound's encoding. In no video key. */
export interface SoundProfile {
  readonly codec: 'pcm_s16le' | 'pcm_s24le' | 'aac' | 'none';
  readonly sampleRate: number;
  readonly layout: 'stereo';
  /** Bits per second, of AAC; null for PCM. */
  readonly bitrate: number | null;
}

/** The file around it. In no video key: a change is a remux. */
export interface ContainerProfile {
  readonly format: 'mp4' | 'mov';
  /** Timecode of the first frame; null takes the timeline's. */
  readonly startTimecode: { readonly frame: number; readonly dropFrame: boolean } | null;
}

/** What turns pictures into bytes on this machine. The whole of it is in every action key. */
export interface Toolchain {
  /** Version of the drawing code: raised when pixels change for the same picture. */
  readonly drawing: string;
  /** FFmpeg's version and library versions. */
  readonly ffmpeg: string;
  /** The encoder's own name and build (`x264 core 165 …`), or FFmpeg's version for its native encoders. */
  readonly encoder: string;
  /** Set only where the bytes depend on the processor; else null. */
  readonly cpuClass: string | null;
}
