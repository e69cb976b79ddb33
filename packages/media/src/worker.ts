import { existsSync, writeFileSync } from 'node:fs';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { decodeDigests } from './native/decode-digests.ts';
import { decodeSound } from './native/decode-sound.ts';
import { encodePictures } from './native/encode-pictures.ts';
import { FramePool } from './native/decode/frame-pool.ts';
import { probe, statedVideo } from './native/probe.ts';
import { readCodes } from './native/read-codes.ts';
import { renderSound } from './native/render-sound.ts';
import { scanMovie } from './native/scan-movie.ts';
import { writeTestMedia } from './native/test-media.ts';
import { thumbnails } from './native/thumbnails.ts';
import { toolchain } from './native/toolchain.ts';
import { type AnswerMessage, type JobKind, type JobMessage, type JobTypes, sentError } from './protocol.ts';

/**
 * The child program: one job at a time, synchronously, until the parent goes away. The native library is used here and
 * nowhere else; a fault in it ends this process only.
 */

const parent = process.ppid;
/** Milliseconds between two reports of one job. */
const reportMs = 50;
const pool = new FramePool(Number(process.argv[2] ?? '0') / 4);
Log.setLevel(AV_LOG_QUIET);

type Report = (done: number, total: number) => void;
type Handlers = { readonly [K in JobKind]: (job: JobTypes[K]['in'], report: Report) => JobTypes[K]['out'] };

const handlers: Handlers = {
  probe: (path) => probe(path),
  statedVideo: (job) => statedVideo(job),
  encodePictures: (job, report) => encodePictures(job, pool, (done) => report(done, job.pictures.length)),
  renderSound: (job, report) => renderSound(job, (done) => report(done, job.sound.samples)),
  decodeDigests: (job, report) => {
    const total = job.ranges.reduce((sum, range) => sum + range.out - range.in, job.seeks.length);
    return decodeDigests(job, (done) => report(done, total));
  },
  scanMovie: (path) => scanMovie(path),
  thumbnails: (job, report) => thumbnails(job, pool, (done) => report(done, job.items.length)),
  toolchain: (video) => toolchain(video),
  writeTestMedia: (spec, report) => {
    writeTestMedia(spec, (done) => report(done, spec.video?.frames ?? 1));
    return null;
  },
  readCodes: (job, report) => readCodes(job, (done) => report(done, done)),
  decodeSound: (job) => decodeSound(job),
  crash: ({ markerPath, always }) => {
    if (always || !existsSync(markerPath)) {
      writeFileSync(markerPath, 'died');
      process.kill(process.pid, 'SIGSEGV');
    }
    return 'survived';
  },
};

function answer(message: AnswerMessage): void {
  process.send?.(message);
}

function work<K extends JobKind>(id: number, kind: K, job: JobTypes[K]['in']): void {
  let told = -Infinity;
  const report: Report = (done, total) => {
    // A message a frame would cost the parent more than it tells anyone.
    const now = performance.now();
    if (now - told < reportMs && done !== total) return;
    told = now;
    // The job blocks the event loop, so the `disconnect` of a dead parent is not heard; a new parent's id shows it.
    if (process.ppid !== parent) process.exit(1);
    answer({ id, type: 'progress', done, total });
  };
  try {
    const handler: (job: JobTypes[K]['in'], report: Report) => JobTypes[K]['out'] = handlers[kind];
    answer({ id, type: 'done', result: handler(job, report) });
  } catch (error) {
    answer({ id, type: 'failed', error: sentError(error) });
  }
}

process.on('message', (message) => {
  const { id, kind, job } = message as JobMessage;
  work(id, kind, job as never);
});
process.on('disconnect', () => process.exit(0));
// Ctrl-C and a closed terminal reach the whole process group; the parent decides which jobs end.
process.on('SIGINT', () => undefined);
process.on('SIGHUP', () => undefined);
