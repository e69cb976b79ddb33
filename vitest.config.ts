import { defineConfig } from 'vitest/config';

const setupFiles = ['test/property-seed.ts'];

// Tests import other packages through their built door (`dist`): every npm script builds first.
export default defineConfig({
  test: {
    pool: 'forks',
    projects: [
      // Beside the source: one package at a time, seconds.
      {
        test: {
          name: 'unit',
          setupFiles,
          include: ['packages/*/{src,test}/**/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // The tree as a whole: arrows between packages.
      {
        test: {
          name: 'workspace',
          setupFiles,
          include: ['test/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      // The command on media made by the tests; needs nothing but npm packages.
      {
        test: {
          name: 'e2e',
          setupFiles,
          include: ['test/e2e/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
      // Against Debian's programs: a browser, a reference ffmpeg, melt.
      {
        test: {
          name: 'system',
          setupFiles,
          include: ['test/system/**/*.test.ts'],
          testTimeout: 300_000,
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
