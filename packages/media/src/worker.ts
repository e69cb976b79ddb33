import { existsSync, writeFileSync } from 'node:fs';
import { AV_LOG_QUIET } from 'node-av/constants';
import { Log } from 'node-av/lib';
import { encodePictures } from './native/encode-pictures.ts';
import { FramePool } from './native/frame-pool.ts';
import { probe } from './native/probe.ts';
import { readCodes } from './native/read-codes.ts';
import { writeTestMedia } from './native/test-media.ts';
import { type AnswerMessage, type JobKind, type JobMessage, type JobTypes, sentError } from './protocol.ts';

/**
 * The child program: one job at a time, synchronously, until the parent goes away. The native library is used here and
 * nowhere else; a fault in it ends this process only.
 */

const parent = process.ppid;
const pool = new FramePool(Number(process.argv[2] ?? '0') / 4);
Log.setLevel(AV_LOG_QUIET);

type Report = (done: number, total: number) => void;
type Handlers = { readonly [K in JobKind]: (job: JobTypes[K]['in'], report: Report) => JobTypes[K]['out'] };

const handlers: Handlers = {
  probe: (path) => probe(path),
  encodePictures: (job, report) => encodePictures(job, pool, (done) => report(done, job.pictures.length)),
  renderSound: () => notYet('renderSound'),
  decodeDigests: () => notYet('decodeDigests'),
  scanMovie: () => notYet('scanMovie'),
  thumbnails: () => notYet('thumbnails'),
  toolchain: () => notYet('toolchain'),
  writeTestMedia: (spec, report) => {
    writeTestMedia(spec, (done) => report(done, spec.video?.frames ?? 1));
    return null;
  },
  readCodes: (job, report) => readCodes(job, (done) => report(done, done)),
  decodeSound: () => notYet('decodeSound'),
  crash: ({ markerPath, always }) => {
    if (always || !existsSync(markerPath)) {
      writeFileSync(markerPath, 'died');
      process.kill(process.pid, 'SIGSEGV');
    }
    return 'survived';
  },
};

function notYet(what: string): never {
  throw new TypeError(`${what} is not built yet`);
}

function answer(message: AnswerMessage): void {
  process.send?.(message);
}

function work<K extends JobKind>(id: number, kind: K, job: JobTypes[K]['in']): void {
  const report: Report = (done, total) => {
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
// Ctrl-C reaches the whole process group; the parent decides which jobs end.
process.on('SIGINT', () => undefined);
