import type { Digest } from '@patchwork/kernel';
import type { SoundProfile, VideoProfile } from '@patchwork/plan';
import type { ColorTags, MediaInfo, Picture, SoundProgram } from '@patchwork/program';
import type { FrameRange, Rate, Rational } from '@patchwork/time';

/** What a file says of itself: all of {@link MediaInfo} but its digest, which `render` adds. */
export type ProbedMedia = Omit<MediaInfo, 'identity'> & {
  /** SHA-256 of what can be seen and heard: facts, decoder set-up and packets, whatever the container. */
  readonly content: Digest;
};

/** A file that a job's pictures or sound pieces name by identity. */
export interface JobMedia {
  readonly identity: Digest;
  readonly path: string;
  readonly info: Omit<MediaInfo, 'identity'>;
}

/** Pictures to draw and encode, chunk after chunk. */
export interface PictureJob {
  readonly media: readonly JobMedia[];
  /** One for each frame, in order. */
  readonly pictures: readonly Picture[];
  /** Frames of each chunk; they add up to `pictures.length`. Long-GOP: one encoder a chunk. Intra: one for the run. */
  readonly lengths: readonly number[];
  /** Action key of each chunk, handed back with it. */
  readonly keys: readonly Digest[];
  /** Its raster and colour are the canvas on which the pictures are composed. */
  readonly video: VideoProfile;
  /** Receives the sample bytes of all chunks, one after another; replaced when it exists. */
  readonly outPath: string;
  /** What happens at a picture that cannot be drawn: an error, or its input is drawn instead. Default `refuse`. */
  readonly unmodelled?: 'refuse' | 'pass-through';
}

/** One programme-length sound pass. */
export interface SoundJob {
  readonly media: readonly JobMedia[];
  readonly sound: SoundProgram;
  readonly profile: SoundProfile;
  /** Receives the packets, one after another; replaced when it exists. */
  readonly outPath: string;
  /** A folder for decoded sound that does not fit in memory. Default: the folder of `outPath`. */
  readonly tempFolder?: string;
}

/** The encoded sound: what a container needs besides the bytes in `outPath`. */
export interface EncodedSound {
  readonly codec: 'pcm_s16le' | 'pcm_s24le' | 'aac';
  readonly sampleRate: number;
  readonly channels: number;
  /** Samples per channel that are to be heard, without priming and padding: the programme's length. */
  readonly samples: number;
  /** Number of packets; of PCM one a sample. */
  readonly packets: number;
  /** Samples per channel in each packet: 1 of PCM, 1024 of AAC (the last one is padded to that). */
  readonly samplesPerPacket: number;
  /** Bytes of each packet; null when all have `bytesPerPacket`. */
  readonly sizes: readonly number[] | null;
  /** Bytes of every packet of PCM; null where they differ. */
  readonly bytesPerPacket: number | null;
  /** Samples at the head of the decoded packets that are not to be heard; goes into the edit list. */
  readonly priming: number;
  /** Decoder configuration, base64: AAC's AudioSpecificConfig; empty for PCM. */
  readonly config: string;
  /** SHA-256 of all bytes in `outPath`. */
  readonly digest: Digest;
  /** Samples whose sum left the range and were clipped (both channels counted). */
  readonly clipped: number;
}

/** What another reader of a movie's tables says of its pictures: so many, evenly spaced. */
export interface FrameGrid {
  readonly frames: number;
  readonly rate: Rate;
}

/** A movie whose picture stream is looked at without its packets. */
export interface StatedVideoJob {
  readonly path: string;
  readonly grid: FrameGrid;
}

/** Frames of a finished movie to decode, for the proof. Frames count in presentation order from 0. */
export interface DigestJob {
  readonly path: string;
  /** Decoded linearly: each range by a seek before it, then straight on to its end. */
  readonly ranges: readonly FrameRange[];
  /** Single frames, each by a seek of its own in a decoder that has just shown the one before; so backwards too. */
  readonly seeks: readonly number[];
  /** The frames of `ranges` whose content is wanted; the others are decoded and not hashed. Default: all. */
  readonly hashed?: readonly number[];
  /** Where the caller knows how the frames are spaced, packets need not be read for it. Default: not known. */
  readonly grid?: FrameGrid;
}

/** A frame as decoded. */
export interface FrameDigest {
  readonly frame: number;
  /** Whether the decoder gave it, whole and at its time. */
  readonly shown: boolean;
  /** SHA-256 over the decoded planes, rows without padding; null when it was not shown or its content is not wanted. */
  readonly digest: Digest | null;
}

/** What the decoder showed. Something wrong in the file is a finding, not an error. */
export interface DecodedDigests {
  /** In order of `ranges`, each in frame order. */
  readonly linear: readonly FrameDigest[];
  /** In order of `seeks`. */
  readonly sought: readonly FrameDigest[];
  /** What was wrong, in words; empty for a sound file. */
  readonly findings: readonly string[];
}

/** A movie as libav's demuxer reads it: the second opinion on our own tables. */
export interface MovieScan {
  readonly container: string;
  readonly streams: readonly ScannedStream[];
}

/** A stream's packets in file order of decoding. Times are ticks of `timeBase`; null where the file gives none. */
export interface ScannedStream {
  readonly index: number;
  readonly kind: 'video' | 'sound' | 'other';
  readonly codec: string;
  readonly timeBase: Rational;
  readonly packets: readonly ScannedPacket[];
  /** Decoder configuration, base64. */
  readonly config: string;
}

/** One packet. */
export interface ScannedPacket {
  readonly pts: number | null;
  readonly dts: number | null;
  readonly duration: number;
  readonly size: number;
  readonly key: boolean;
  readonly digest: Digest;
}

/** Small still pictures for a report. */
export interface ThumbnailJob {
  readonly items: readonly ThumbnailItem[];
  /** Pixels; the height follows the picture's shape. */
  readonly width: number;
  /** `gray`: the luma alone, one byte a pixel, row after row. */
  readonly format: 'jpeg' | 'png' | 'gray';
  /** Files that the pictures of `items` name. */
  readonly media: readonly JobMedia[];
  /** The canvas on which pictures are composed; needed only where `items` holds pictures. */
  readonly canvas?: { readonly width: number; readonly height: number; readonly color: ColorTags };
}

/** A picture, or a frame of a movie file (in presentation order from 0). */
export type ThumbnailItem = { readonly picture: Picture } | { readonly path: string; readonly frame: number };

/** A test card movie or still. Every frame shows its id and number, readable by people and by {@link ReadCode}. */
export interface TestMediaSpec {
  readonly path: string;
  /** 0…4095; chooses the background colour too. */
  readonly id: number;
  /** Shown large. Default `M<id>`. */
  readonly label?: string;
  readonly container: 'mov' | 'mp4' | 'png' | 'jpeg' | 'mkv';
  readonly video: TestVideoSpec | null;
  readonly sound: TestSoundSpec | null;
  /** Frames from 00:00:00:00; default none. */
  readonly startTimecode?: { readonly frame: number; readonly dropFrame: boolean };
}

/** The picture of a test movie. */
export interface TestVideoSpec {
  /** `dnxhr` is DNxHR SQ, of rasters from 256 × 120 on. */
  readonly codec: 'h264' | 'hevc' | 'av1' | 'prores' | 'dnxhr' | 'mpeg4' | 'mjpeg' | 'png';
  /** Default: `yuv420p`; prores `yuv422p10le`, dnxhr `yuv422p`, png `rgb24`, mjpeg `yuvj420p`. */
  readonly pixelFormat?: string;
  readonly width: number;
  readonly height: number;
  readonly rate: Rate;
  readonly frames: number;
  /** Number shown on the first frame; default 0. */
  readonly firstNumber?: number;
  /** What an edit of several cards shows: each with its own id, from a number on; default one card for all frames. */
  readonly shots?: readonly { readonly id: number; readonly from: number; readonly frames: number }[];
  /** x264's own options behind the built-in ones (`ref=3`); default none. */
  readonly x264?: readonly string[];
  /** Where the code cells stand; default `top`. Two layers with different rows can both be read. */
  readonly codeRow?: 'top' | 'bottom';
  /** Frames between key frames; default 48. Intra codecs take no notice. */
  readonly gop?: number;
  /** Default 2. */
  readonly bFrames?: number;
  /** Key frames that are no IDR pictures, with pictures before them that need the GOP before; default false. */
  readonly openGop?: boolean;
  /** Constant quality of h264, hevc and av1; default 18. */
  readonly crf?: number;
  /** Ticks of 1/1000 s for each frame in place of the constant rate. */
  readonly durationsMs?: readonly number[];
  /** Default `bt709`, `tv`. */
  readonly color?: ColorTags;
  /** Degrees clockwise written as display matrix; default 0. */
  readonly rotation?: 0 | 90 | 180 | 270;
  readonly pixelAspect?: Rational;
  /** Background and text only, without any code: for pictures that must not be read. Default false. */
  readonly blank?: boolean;
}

/** The tone of a test movie. */
export interface TestSoundSpec {
  readonly codec: 'pcm_s16le' | 'pcm_s24le' | 'aac';
  readonly sampleRate: number;
  readonly channels: number;
  /** Sine on every channel; channel c sounds at `frequency × (1 + c × channelStep)`. */
  readonly frequency: number;
  readonly channelStep?: number;
  /** Peak, 0…1; default 0.25. */
  readonly level?: number;
  /** Samples at which a click of one full-scale sample stands; default none. */
  readonly clicks?: readonly number[];
  /** Length in samples; default the picture's length, rounded up. */
  readonly samples?: number;
}

/** What a frame's code says; null where no code could be read. */
export type ReadCode = { readonly id: number; readonly frame: number } | null;

/** Which codes to read from a movie. */
export interface ReadCodesJob {
  readonly path: string;
  readonly codeRow: 'top' | 'bottom';
}

/** A movie's sound, decoded linearly. */
export interface DecodeSoundJob {
  readonly path: string;
  /** Index in the container; default the first sound stream. */
  readonly stream?: number;
  /** Receives 32-bit floats, little-endian, one channel after another (channel c starts at c × samples × 4). */
  readonly outPath: string;
}

/** What {@link DecodeSoundJob} found. */
export interface DecodedSound {
  readonly sampleRate: number;
  readonly channels: number;
  /** Per channel. */
  readonly samples: number;
}
