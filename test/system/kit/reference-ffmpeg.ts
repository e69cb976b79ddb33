import { execFile } from 'node:child_process';
import { readTestCode } from '@patchwork/media';

/** What a program of Debian's printed. Rejects when it fails. */
export async function output(
  program: string,
  args: readonly string[],
): Promise<{ readonly stdout: Buffer; readonly stderr: string }> {
  return await new Promise((resolve, reject) => {
    execFile(program, args, { encoding: 'buffer', maxBuffer: 1 << 30 }, (error, stdout, stderr) => {
      if (error === null) resolve({ stdout, stderr: stderr.toString('utf8') });
      else reject(new TypeError(`${program} failed: ${stderr.toString('utf8').slice(-2000)}`));
    });
  });
}

/** A code that was read from a picture: the file's id and its frame number; null where none is readable. */
export type Code = { readonly id: number; readonly frame: number } | null;

/** Strict: the first thing that is odd ends the run. */
const strict = ['-v', 'error', '-xerror', '-err_detect', 'explode'];

/** Decodes with Debian's ffmpeg and reads the top code of every picture. `seek` goes before the input: `-ss 1.5`. */
export async function codesByFfmpeg(
  path: string,
  size: { readonly width: number; readonly height: number },
  seek: readonly string[] = [],
  limit: readonly string[] = [],
): Promise<{ readonly codes: readonly Code[]; readonly complaints: string }> {
  const { stdout, stderr } = await output('ffmpeg', [
    ...strict,
    ...seek,
    '-i',
    path,
    ...limit,
    '-map',
    '0:v:0',
    '-fps_mode',
    'passthrough',
    '-f',
    'rawvideo',
    '-pix_fmt',
    'gray',
    '-',
  ]);
  const bytes = size.width * size.height;
  const codes = Array.from({ length: stdout.length / bytes }, (_, index) =>
    readTestCode({ data: stdout.subarray(index * bytes, (index + 1) * bytes), stride: size.width, ...size }, 'top'),
  );
  return { codes, complaints: stderr };
}

/** What ffprobe says about a file's streams and format. */
export async function probeByFfprobe(path: string): Promise<{ readonly [name: string]: unknown }> {
  const { stdout } = await output('ffprobe', ['-v', 'error', '-of', 'json', '-show_streams', '-show_format', path]);
  return JSON.parse(stdout.toString('utf8')) as { readonly [name: string]: unknown };
}
