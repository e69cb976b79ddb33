import { AV_PIX_FMT_GRAY8 } from 'node-av/constants';
import type { Frame } from 'node-av/lib';
import { readTestCode } from '../test-code.ts';
import type { ReadCode, ReadCodesJob } from '../jobs.ts';
import { present } from './check.ts';
import { decodeAll } from './linear-decode.ts';
import { Scaler } from './scaler.ts';

/** Reads the test code of every frame of a movie, in presentation order. @throws PW_MEDIA_* */
export function readCodes(job: ReadCodesJob, onFrame: (done: number) => void): ReadCode[] {
  const scaler = new Scaler();
  const codes: ReadCode[] = [];
  try {
    decodeAll(job.path, (frame) => {
      codes.push(readFrameCode(frame, job.codeRow, scaler));
      onFrame(codes.length);
    });
    return codes;
  } finally {
    scaler.close();
  }
}

function readFrameCode(frame: Frame, row: 'top' | 'bottom', scaler: Scaler): ReadCode {
  const color = { primaries: 'unknown', transfer: 'unknown', matrix: 'unknown', range: 'tv' };
  const gray = scaler.convert(frame, color, AV_PIX_FMT_GRAY8, frame.width, frame.height, color);
  try {
    const data = present(gray.data?.[0], 'frame data');
    return readTestCode({ data, stride: gray.linesize[0] ?? gray.width, width: gray.width, height: gray.height }, row);
  } finally {
    gray.free();
  }
}
