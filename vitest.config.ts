import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string) => fileURLToPath(new URL(`./src/${path}`, import.meta.url));

export default defineConfig({
  resolve: {
    // The entry points of package.json, led to the sources so that tests need no build.
    alias: [
      { find: /^glia$/, replacement: source('index.ts') },
      { find: /^glia\/data$/, replacement: source('data/index.ts') },
      { find: /^glia\/callbacks$/, replacement: source('callbacks.ts') },
      { find: /^glia\/explain$/, replacement: source('explain/index.ts') },
      { find: /^glia\/plot$/, replacement: source('plot/index.ts') },
      { find: /^glia\/testing$/, replacement: source('testing/index.ts') },
      { find: /^glia\/unstable$/, replacement: source('unstable.ts') },
    ],
  },
  test: {
    include: ['test/**/*.test.ts'],
    pool: 'forks',
    testTimeout: 60_000,
    // What must compile and what must not; errors elsewhere are for tsc itself to report.
    typecheck: { enabled: true, include: ['test/types/**/*.test-d.ts'], ignoreSourceErrors: true },
  },
});
