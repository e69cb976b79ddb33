import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { resolve } from 'node:path';
import { PatchworkError } from '@patchwork/kernel';
import { AVFMT_NOFILE } from 'node-av/constants';
import { FormatContext, InputFormat } from 'node-av/lib';
import { libavText } from '../check.ts';

/** Bytes of a file's head by which its format is told: as many as libav's own probe takes at first. */
const headBytes = 1 << 20;

/**
 * Demuxers that would open other files or addresses on the word of a file's content, or that take any bytes for a
 * picture. A file that only they can read is no media.
 */
const refusedFormats: ReadonlySet<string> = new Set([
  'concat',
  'hls',
  'dash',
  'sdp',
  'rtsp',
  'imf',
  'image2',
  'tty',
  'lavfi',
  'data',
  'rawvideo',
  'bin',
  'xbin',
  'adf',
  'idf',
  'mca',
  'loas_dummy',
  'ffmetadata',
  'webm_dash_manifest',
  'live_flv',
  'vapoursynth',
  'libopenmpt',
  'srt',
  'ass',
  'webvtt',
  'microdvd',
  'subviewer',
  'sami',
  'realtext',
  'jacosub',
  'lrc',
  'mpl2',
  'pjs',
  'stl',
  'subviewer1',
  'vplayer',
  'scc',
  'aqtitle',
  'mpsub',
  'tedcaptions',
]);

function unreadable(path: string, why: string, cause?: unknown): PatchworkError {
  return new PatchworkError('PW_MEDIA_UNREADABLE', `${path}: ${why}`, {
    hint: 'Check that the file is a film, sound or picture file and can be opened in a player.',
    details: { path },
    ...(cause === undefined ? {} : { cause }),
  });
}

/** Reads the head of a plain file. @throws PW_MEDIA_MISSING, PW_MEDIA_UNREADABLE, PW_MEDIA_TRUNCATED */
function readHead(path: string): Buffer {
  let descriptor: number;
  try {
    descriptor = openSync(path, 'r');
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (code === 'ENOENT' || code === 'ENOTDIR') {
      throw new PatchworkError('PW_MEDIA_MISSING', `${path}: there is no such file`, {
        hint: 'Put the file back or check its name; for media of a timeline, say where it is with --media-map or --search.',
        details: { path },
        cause: error,
      });
    }
    throw unreadable(path, `it cannot be opened (${code})`, error);
  }
  try {
    const stat = fstatSync(descriptor);
    if (!stat.isFile()) throw unreadable(path, 'it is not a plain file');
    if (stat.size === 0) {
      throw new PatchworkError('PW_MEDIA_TRUNCATED', `${path}: the file is empty`, {
        hint: 'Copy or render the file again.',
        details: { path },
      });
    }
    const head = Buffer.alloc(Math.min(stat.size, headBytes));
    let filled = 0;
    while (filled < head.length) {
      const count = readSync(descriptor, head, filled, head.length - filled, filled);
      if (count === 0) break;
      filled += count;
    }
    return head.subarray(0, filled);
  } catch (error) {
    if (error instanceof PatchworkError) throw error;
    throw unreadable(path, 'it cannot be read', error);
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Opens a media file for reading, and only that file: the format is told by content, never by name, so that `%03d` and
 * the like are letters; the one protocol is `file`; demuxers that follow names found in the content are refused.
 *
 * @throws PW_MEDIA_MISSING, PW_MEDIA_UNREADABLE, PW_MEDIA_TRUNCATED, PW_MEDIA_NO_STREAMS
 */
export function openInput(path: string): FormatContext {
  const plain = resolve(path);
  const head = readHead(plain);
  const format = InputFormat.probe(head, '');
  const name = format?.name ?? null;
  if (format === null || name === null) {
    if (looksLikeMovie(head)) throw truncated(path, 'its index is missing');
    throw unreadable(path, 'no known media format');
  }
  if (name.split(',').some((part) => refusedFormats.has(part)) || (format.flags & AVFMT_NOFILE) !== 0) {
    throw unreadable(path, `it is a "${name}" file, which names other files or is no media`);
  }
  const context = new FormatContext();
  context.allocContext();
  context.setOption('protocol_whitelist', 'file');
  const opened = context.openInputSync(`file:${plain}`, format, null);
  if (opened < 0) {
    if (looksLikeMovie(head)) throw truncated(path, libavText(opened));
    throw unreadable(path, libavText(opened));
  }
  const found = context.findStreamInfoSync(null);
  if (found < 0) {
    context.closeInputSync();
    throw unreadable(path, libavText(found));
  }
  if (context.nbStreams === 0) {
    context.closeInputSync();
    throw new PatchworkError('PW_MEDIA_NO_STREAMS', `${path}: it holds neither picture nor sound`, {
      hint: 'Choose another file for this clip.',
      details: { path },
    });
  }
  return context;
}

function truncated(path: string, why: string): PatchworkError {
  return new PatchworkError('PW_MEDIA_TRUNCATED', `${path}: the file breaks off (${why})`, {
    hint: 'Copy or record the file again; a recording that was cut off lacks its index.',
    details: { path },
  });
}

/** ISO-BMFF by its first box: a movie without its index is cut off rather than unknown. ISO/IEC 14496-12 4.3. */
function looksLikeMovie(head: Buffer): boolean {
  return head.length >= 8 && ['ftyp', 'mdat', 'wide', 'moov', 'free'].includes(head.toString('latin1', 4, 8));
}
