import { existsSync, readdirSync, readFileSync } from 'node:fs';

const folder = new URL('../../../../../shared/samples/otio/', import.meta.url);

/** Real `.otio` files of other programs, by name; empty, with a printed reason, where they are not on this machine. */
export function otioSamples(): readonly (readonly [name: string, text: string])[] {
  if (!existsSync(folder)) {
    process.stderr.write('OTIO samples skipped: ../shared/samples/otio is not on this machine\n');
    return [];
  }
  return readdirSync(folder)
    .filter((name) => name.endsWith('.otio'))
    .map((name) => [name, readFileSync(new URL(name, folder), 'utf8')] as const);
}
