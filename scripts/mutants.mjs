#!/usr/bin/env node
// Plants known faults in a copy of the project, one at a time, and expects the tests to catch each of them.
//
//   node scripts/mutants.mjs          all of test/mutants/faults.mjs
//   node scripts/mutants.mjs tanh     those whose name contains the word
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { argv, execPath, exit } from 'node:process';
import { faults } from '../test/mutants/faults.mjs';

const root = dirname(import.meta.dirname);
const MINUTES = 60_000;

/** A copy of the tracked files as they are now, with this project's packages and its build. */
function copyProject() {
  const copy = mkdtempSync(join(tmpdir(), 'glia-mutants-'));
  const { stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  for (const path of stdout.split('\0').filter((name) => name !== '' && existsSync(join(root, name)))) {
    cpSync(join(root, path), join(copy, path));
  }
  symlinkSync(join(root, 'node_modules'), join(copy, 'node_modules'), 'junction');
  const addon = join(root, 'build/Release');
  mkdirSync(join(copy, 'build'));
  if (existsSync(addon)) cpSync(addon, join(copy, 'build/Release'), { recursive: true });
  return copy;
}

/** Builds the copy's addon; from the second time on only what has changed. */
function build(copy) {
  const { status, stdout, stderr } = spawnSync(execPath, ['scripts/native-build.mjs'], {
    cwd: copy,
    encoding: 'utf8',
    timeout: 20 * MINUTES,
  });
  if (status !== 0) throw new Error(`the addon does not build:\n${`${stdout}${stderr}`.slice(-2000)}`);
}

/** Runs test files in the copy: the first failure, or nothing where all pass. */
function firstFailure(copy, tests) {
  const report = join(copy, 'build/mutants.json');
  rmSync(report, { force: true });
  const { status, stderr } = spawnSync(
    execPath,
    [
      'node_modules/vitest/vitest.mjs',
      'run',
      '--typecheck.enabled=false',
      '--bail=1',
      '--reporter=json',
    ].concat(`--outputFile=${report}`, tests),
    { cwd: copy, encoding: 'utf8', timeout: 10 * MINUTES, env: { ...process.env, GLIA_BACKEND: '' } },
  );
  if (status === 0) return undefined;
  if (!existsSync(report)) throw new Error(`vitest wrote no report:\n${stderr.slice(-2000)}`);
  const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
  const failed = testResults.flatMap((file) => file.assertionResults).find((one) => one.status === 'failed');
  return (
    failed?.fullName ??
    testResults.find((file) => file.status === 'failed')?.message ??
    'the tests did not come to their end'
  );
}

/** Plants a fault for as long as `work` takes. */
function planted(copy, { name, file, find, replace }, work) {
  const path = join(copy, file);
  const text = readFileSync(path, 'utf8');
  if (text.split(find).length !== 2) throw new Error(`${name}: "${find}" does not stand once in ${file}`);
  try {
    writeFileSync(
      path,
      text.replace(find, () => replace),
    );
    return work();
  } finally {
    writeFileSync(path, text);
  }
}

/** A fault that names tests which are not there would pass for caught. */
function checkTests(copy, { tests }) {
  const missing = tests.find((path) => !existsSync(join(copy, path)));
  if (missing !== undefined) throw new Error(`there is no ${missing}`);
}

/** What became of one fault: `caught` by a test, `SURVIVED`, or `ERROR` when it could not be tried. */
function attempt(copy, fault) {
  try {
    checkTests(copy, fault);
    return planted(copy, fault, () => {
      if (fault.native) build(copy);
      const by = firstFailure(copy, fault.tests);
      return by === undefined
        ? { verdict: 'SURVIVED', by: fault.tests.join(', ') }
        : { verdict: 'caught', by };
    });
  } catch (error) {
    return { verdict: 'ERROR', by: error.message };
  }
}

const chosen = faults.filter(({ name }) => name.toLowerCase().includes((argv[2] ?? '').toLowerCase()));
if (chosen.length === 0) {
  console.error(`no fault is called "${argv[2]}"; there are: ${faults.map(({ name }) => name).join(', ')}`);
  exit(1);
}
const copy = copyProject();
let bad = 0;
try {
  // TypeScript first: the addon as it was built serves them all.
  const ordered = [...chosen.filter(({ native }) => !native), ...chosen.filter(({ native }) => native)];
  if (ordered.some(({ native }) => native)) build(copy);
  const tests = [...new Set(ordered.flatMap((fault) => fault.tests))];
  const broken = firstFailure(copy, tests);
  if (broken !== undefined) throw new Error(`without any fault, this fails already: ${broken}`);
  const width = Math.max(...ordered.map(({ name }) => name.length));
  for (const fault of ordered) {
    const start = Date.now();
    const { verdict, by } = attempt(copy, fault);
    if (verdict !== 'caught') bad++;
    const seconds = `${Math.round((Date.now() - start) / 1000)} s`.padStart(5);
    console.log(
      `${fault.name.padEnd(width)}  ${verdict.padEnd(8)} ${seconds}  ${by.split('\n')[0].slice(0, 110)}`,
    );
  }
  console.log(`${ordered.length - bad} of ${ordered.length} faults caught`);
} finally {
  rmSync(copy, { recursive: true, force: true });
}
exit(bad === 0 ? 0 : 1);
