import { join } from 'node:path';
import type { MediaWorkers } from '@patchwork/media';
import { rational } from '@patchwork/time';
import { demoHeight, demoMediaFrames, demoMediaNames, demoRate, demoWidth } from './demo-film.ts';

/** Makes the demo's media: test cards that say their name and frame, long-GOP H.264, and a tone each. Returns name → path. */
export async function writeDemoMedia(
  workers: MediaWorkers,
  folder: string,
  onDone: (done: number, total: number) => void,
): Promise<Map<string, string>> {
  const names = demoMediaNames();
  let done = 0;
  await Promise.all(
    names.map(async (name, index) => {
      await writeDemoFile(workers, join(folder, `${name}.mov`), index + 1, name);
      done += 1;
      onDone(done, names.length);
    }),
  );
  return new Map(names.map((name) => [name, join(folder, `${name}.mov`)]));
}

/** Writes one test card. `id` chooses its colour, its code and its tone. */
export async function writeDemoFile(workers: MediaWorkers, path: string, id: number, label: string): Promise<void> {
  await workers.writeTestMedia({
    path,
    id,
    label,
    container: 'mov',
    video: {
      codec: 'h264',
      width: demoWidth,
      height: demoHeight,
      rate: rational(demoRate),
      frames: demoMediaFrames,
      gop: 48,
      bFrames: 2,
    },
    sound: { codec: 'pcm_s16le', sampleRate: 48000, channels: 2, frequency: 200 + 40 * id, level: 0.2 },
  });
}
