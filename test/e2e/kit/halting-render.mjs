// Renders the timeline of a site in a process of its own that can be killed at a step: `node halting-render.mjs FOLDER STEP [PUBLICATION] [PROFILE]`.
// Counts every step that changes a file through the port; at number STEP it tells its parent and never goes on, with half
// of a write's bytes written. STEP `none` runs through and tells all steps. Plain JavaScript: Node 20 runs it as it is.
import { join } from 'node:path';
import { nodeFiles, sha256, sha256OfFile, startSha256 } from '@patchwork/files';
import { startWorkers } from '@patchwork/media';
import { renderDeliverable } from '@patchwork/render';
import { openMediaCache, openStore } from '@patchwork/store';

const [folder = '', haltAt = 'none', publication = 'whole', profile = 'h264-mov'] = process.argv.slice(2);
const steps = [];
const inner = nodeFiles();

/** Halts before the step, or after its first half: the parent kills this process there. */
async function step(name, work, half = async () => {}) {
  steps.push(name);
  if (steps.length - 1 !== Number(haltAt)) return work();
  await half();
  process.send({ halted: name });
  return new Promise(() => setInterval(() => {}, 1000));
}

const files = {
  ...inner,
  open: async (path, mode) => {
    const file =
      mode === 'create' ? await step(`create ${path}`, () => inner.open(path, mode)) : await inner.open(path, mode);
    return {
      ...file,
      write: (data, position) =>
        step(
          `write ${path}`,
          () => file.write(data, position),
          () => file.write(data.subarray(0, data.length >> 1), position),
        ),
      sync: () => step(`sync ${path}`, () => file.sync()),
      truncate: (size) => step(`truncate ${path}`, () => file.truncate(size)),
    };
  },
  rename: (from, to) => step(`rename ${from} -> ${to}`, () => inner.rename(from, to)),
  remove: (path) => step(`remove ${path}`, () => inner.remove(path)),
  syncFolder: (path) => step(`syncFolder ${path}`, () => inner.syncFolder(path)),
};

const store = await openStore(files, join(folder, 'store'), { sha256, capBytes: 1e9, clockMs: Date.now });
const workers = startWorkers({ count: 1 });
const deliverablePath = join(folder, 'film.mov');
await renderDeliverable(
  {
    files,
    sha256,
    store,
    hashing: { sha256, startSha256 },
    mediaCache: await openMediaCache(store.context, (path) => sha256OfFile(path)),
    workers: () => workers,
    clockMs: Date.now,
    onProgress: () => {},
    signal: new AbortController().signal,
  },
  {
    timelinePath: `${deliverablePath}.otio`,
    timelineName: null,
    edlRate: null,
    deliverablePath,
    profile: profile === 'ledger' ? null : profile,
    range: null,
    forceRanges: [],
    full: false,
    onUnknown: 'refuse',
    mediaMap: [],
    searchFolders: [],
    paranoid: false,
    allowMixed: false,
    proof: 'default',
    publication,
  },
);
await store.close();
await workers.close();
process.send({ steps });
process.disconnect();
