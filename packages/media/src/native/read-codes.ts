import { AV_PIX_FMT_GRAY8 } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { readTestCode } from '../test-code.ts';
import type { ReadCode, ReadCodesJob } from '../jobs.ts';
import { present } from './check.ts';
import { FrameArena } from './frame/frame-arena.ts';
import { decodeAll } from './decode/linear-decode.ts';
import { Scaler } from './frame/scaler.ts';

/** Reads the test code of every frame of a movie, in presentation order. @throws PW_MEDIA_* */
export function readCodes(job: ReadCodesJob, onFrame: (done: number) => void): ReadCode[] {
  const scaler = new Scaler();
  const frames = new FrameArena();
  const codes: ReadCode[] = [];
  try {
    decodeAll(job.path, (frame) => {
      codes.push(readFrameCode(frame, job.codeRow, scaler, frames));
      onFrame(codes.length);
    });
    return codes;
  } finally {
    frames.close();
    scaler.close();
  }
}

function readFrameCode(frame: Frame, row: 'top' | 'bottom', scaler: Scaler, frames: FrameArena): ReadCode {
  const color = { primaries: 'unknown', transfer: 'unknown', matrix: 'unknown', range: 'tv' };
  const gray = frames.take(AV_PIX_FMT_GRAY8, frame.width, frame.height);
  scaler.convert(frame, color, gray, color);
  const data = present(gray.data?.[0], 'frame data');
  const code = readTestCode(
    { data, stride: gray.linesize[0] ?? gray.width, width: gray.width, height: gray.height },
    row,
  );
  frames.reset();
  return code;
}
