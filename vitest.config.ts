import { defineConfig } from 'vitest/config';

// Tests import other packages through their built door (`dist`): run `npx tsc -b` first; every npm script does.
export default defineConfig({
  test: {
    include: ['packages/*/src/**/*.test.ts', 'test/**/*.test.ts'],
    pool: 'forks',
  },
});
