import { statSync } from 'node:fs';
import { join } from 'node:path';
import { loadConfigFromFile } from 'vite';
import { startVitest } from 'vitest/node';

/** Names of a project's test files as Vitest takes them. */
function included(root, tests) {
  return tests.map((path) => (statSync(join(root, path)).isDirectory() ? `${path}/**/*.test.ts` : path));
}

/** Where the path of the addon that was built here stands: in the library, and in tests of its programs. */
const PLACES = [
  [
    'src/backend/candidates.ts',
    "at(join('build', 'Release', 'glia.node'))",
    (path) => `{ file: 'fault.node', path: ${path} }`,
  ],
  [
    'test/backend/programs.ts',
    "fileURLToPath(new URL('../../build/Release/glia.node', import.meta.url))",
    (path) => path,
  ],
];

/** A plugin that lets the project load another addon than the one built here. */
function loading(root, addon) {
  return {
    name: 'addon with a fault',
    enforce: 'pre',
    transform(code, id) {
      const place = PLACES.find(([file]) => id.split('?')[0] === join(root, file));
      if (place === undefined) return undefined;
      const [file, own, other] = place;
      if (!code.includes(own)) throw new Error(`${own} does not stand in ${file}`);
      return code.replace(own, other(JSON.stringify(addon)));
    },
  };
}

/** States of a file of tests that has come to its end. */
const ENDED = new Set(['passed', 'failed', 'skipped']);

/**
 * Runs many projects in one Vitest: each is the tests of one fault, with plugins that plant it. Modules are read and workers
 * are kept once for all of them. Gives the first failure of each by name; undefined where all passed.
 */
export async function firstFailures(root, projects) {
  const failures = new Map(projects.map(({ name }) => [name, undefined]));
  const ran = new Set();
  const note = (name, what) => failures.set(name, failures.get(name) ?? what);
  // Not extended, since Vitest would add its files to those of each project.
  const { config } = await loadConfigFromFile(
    { command: 'serve', mode: 'test' },
    join(root, 'vitest.config.ts'),
  );
  const { pool, testTimeout } = config.test;
  const vitest = await startVitest(
    'test',
    [],
    {
      root,
      config: false,
      watch: false,
      typecheck: { enabled: false },
      reporters: [
        {
          onTestCaseResult(test) {
            const { state } = test.result();
            if (state !== 'skipped') ran.add(test.project.name);
            if (state === 'failed') note(test.project.name, test.fullName);
          },
          onTestModuleEnd(module) {
            const [error] = module.errors();
            if (error !== undefined) note(module.project.name, error.message);
          },
          // A fault may end the process that runs the tests, before it says anything.
          onTestRunEnd(modules) {
            for (const module of modules)
              if (!ENDED.has(module.state()))
                note(module.project.name, `${module.relativeModuleId} does not end`);
          },
        },
      ],
      projects: projects.map(({ name, tests, plugins, pattern }) => ({
        extends: false,
        root,
        resolve: config.resolve,
        plugins,
        test: {
          name,
          pool,
          testTimeout,
          include: included(root, tests),
          typecheck: { enabled: false },
          ...(pattern && { testNamePattern: pattern }),
        },
      })),
    },
    { logLevel: 'silent' },
  );
  await vitest.close();
  const idle = projects.find(({ name }) => !ran.has(name) && failures.get(name) === undefined);
  if (idle !== undefined) throw new Error(`${idle.name}: no test ran: ${idle.tests.join(', ')}`);
  return failures;
}

/** The project of a fault in the sources of TypeScript. */
export const ofSources = (root, fault, plugin) => ({
  name: fault.name,
  tests: fault.tests,
  pattern: fault.pattern,
  plugins: [plugin(root, fault)],
});

/** The project of a fault in the addon, which was built. */
export const ofAddon = (root, fault, addon) => ({
  name: fault.name,
  tests: fault.tests,
  pattern: fault.pattern,
  plugins: [loading(root, addon)],
});
