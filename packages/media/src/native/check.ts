import { PatchworkError } from '@patchwork/kernel';
import { AVERROR_EOF } from 'node-av/constants';
import type { FFEncoderCodec } from 'node-av/constants';
import { Codec, FFmpegError, PosixError } from 'node-av/lib';
import type { CodecContext, Frame } from 'node-av/lib';

/** FFmpeg's "no more": the end of a file or of a drained codec. */
export const endOfStream: number = AVERROR_EOF;
/** FFmpeg's "not now": the codec wants input first. */
export const tryAgain: number = FFmpegError.AVERROR(PosixError.EAGAIN);

/** FFmpeg's own words for an error number. */
export function libavText(code: number): string {
  return FFmpegError.strerror(code);
}

/** Passes a libav result on when it is no error. @throws PW_MEDIA_NATIVE naming the call. */
export function checked(code: number, call: string): number {
  if (code >= 0) return code;
  throw new PatchworkError('PW_MEDIA_NATIVE', `${call}: ${libavText(code)}`, {
    hint: 'FFmpeg refused this; the details name its error number.',
    details: { call, code },
  });
}

/** Passes a value on when it is there. @throws PW_MEDIA_NATIVE naming what is missing. */
export function present<T>(value: T | null | undefined, what: string): T {
  if (value === null || value === undefined) {
    throw new PatchworkError('PW_MEDIA_NATIVE', `FFmpeg has no ${what}`, {
      hint: 'The FFmpeg of node-av was built without it.',
    });
  }
  return value;
}

/** FFmpeg's encoder of a name. @throws PW_MEDIA_ENCODER when this build lacks it */
export function encoderNamed(name: string): Codec {
  const codec = Codec.findEncoderByName(name as FFEncoderCodec);
  if (codec !== null) return codec;
  throw new PatchworkError('PW_MEDIA_ENCODER', `this FFmpeg has no encoder ${name}`, {
    hint: 'Install node-av with its own FFmpeg binary.',
    details: { encoder: name },
  });
}

/**
 * Empties a decoder before it starts elsewhere. Pictures that are out but not taken are thrown away first: FFmpeg 8.1's HEVC
 * decoder keeps them over a flush and would hand them out as the first of the new place. `frame` is written to.
 */
export function emptyDecoder(codec: CodecContext, frame: Frame): void {
  let code = 0;
  while (code >= 0) code = codec.receiveFrameSync(frame);
  codec.flushBuffers();
}
