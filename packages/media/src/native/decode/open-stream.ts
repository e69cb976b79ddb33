import { statSync } from 'node:fs';
import { PatchworkError } from '@patchwork/kernel';
import { AVDISCARD_ALL } from 'node-av/constants';
import { Codec, CodecContext, type FormatContext, type Stream } from 'node-av/lib';
import { checked } from '../check.ts';
import { openInput } from './input.ts';

/** What changes when a file is replaced or written to; empty when it is gone. */
export function fileStamp(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? '' : [stat.dev, stat.ino, stat.size, stat.mtimeNs, stat.ctimeNs].join(' ');
}

/** One stream of a file, opened for decoding; the other streams are not read. @throws PW_MEDIA_* */
export function openStream(
  path: string,
  stream: number,
): { input: FormatContext; source: Stream; codec: CodecContext; name: string } {
  const input = openInput(path);
  const streams = input.streams;
  const source = streams[stream];
  if (source === undefined) {
    input.closeInputSync();
    throw new PatchworkError('PW_MEDIA_NO_STREAMS', `${path}: there is no stream ${stream}`, {
      hint: 'The file changed since it was probed; probe it again.',
      details: { path, stream },
    });
  }
  for (const other of streams) if (other.index !== stream) other.discard = AVDISCARD_ALL;
  return { input, source, ...openDecoder(source, path) };
}

/**
 * Opens a stream's decoder: one thread (frames then come without a thread's delay, and errors belong to the packet just
 * fed), stopping at errors instead of concealing them.
 *
 * @throws PW_MEDIA_UNREADABLE when FFmpeg has no decoder for it
 */
export function openDecoder(source: Stream, path: string): { codec: CodecContext; name: string } {
  const parameters = source.codecpar;
  const decoder = Codec.findDecoder(parameters.codecId);
  if (decoder === null) {
    throw new PatchworkError('PW_MEDIA_UNREADABLE', `${path}: no decoder for stream ${source.index}`, {
      hint: 'Convert the file to a codec that FFmpeg reads.',
      details: { path, stream: source.index },
    });
  }
  const codec = new CodecContext();
  codec.allocContext3(decoder);
  checked(codec.parametersToContext(parameters), 'avcodec_parameters_to_context');
  codec.pktTimebase = source.timeBase;
  codec.threadCount = 1;
  checked(codec.setOption('err_detect', 'crccheck+explode'), 'err_detect');
  checked(codec.open2Sync(decoder, null), `opening the ${decoder.name ?? ''} decoder`);
  return { codec, name: decoder.name ?? '' };
}
