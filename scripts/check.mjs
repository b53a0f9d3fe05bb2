// What `npm test` runs after set-up: types, lint and format, tests. All three run, whatever fails. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const report = join(root, 'build/vitest.json');

/** Runs a package's command line program and returns its exit code. */
function run(program, ...args) {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return status ?? 1;
}

/** Counts tests in vitest's report; a file that could not be loaded is one failure. */
function counts() {
  try {
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    const unloaded = testResults.filter(
      ({ status, assertionResults }) =>
        status === 'failed' && assertionResults.every((a) => a.status !== 'failed'),
    );
    return { passed: numPassedTests, failed: numFailedTests + unloaded.length, skipped: numPendingTests };
  } catch {
    return { passed: 0, failed: 1, skipped: 0 }; // vitest never came to write one
  }
}

rmSync(report, { force: true });
const codes = {
  types: run('typescript/bin/tsc', '--noEmit', '-p', '.'),
  lint: run('@biomejs/biome/bin/biome', 'check', '--error-on-warnings'),
  tests: run(
    'vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${report}`,
    ...process.argv.slice(2),
  ),
};
const verdicts = Object.entries(codes).map(([name, code]) => `${name} ${code === 0 ? 'ok' : 'FAILED'}`);
console.log(`check: ${verdicts.join(', ')}`);
const { passed, failed, skipped } = counts();
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exit(codes.tests || codes.types || codes.lint);
