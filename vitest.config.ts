import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // The entry points of package.json, led to the sources so that tests need no build.
    alias: [
      { find: /^glia$/, replacement: source('index.ts') },
      { find: /^glia\/data$/, replacement: source('data/index.ts') },
      { find: /^glia\/callbacks$/, replacement: source('train/callbacks.ts') },
      { find: /^glia\/testing$/, replacement: source('testing/index.ts') },
      { find: /^glia\/unstable$/, replacement: source('unstable.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
  },
});
