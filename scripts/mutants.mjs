#!/usr/bin/env node
// Plants known faults and expects the tests to catch each of them.
//
//   node scripts/mutants.mjs          all of test/mutants/faults.mjs
//   node scripts/mutants.mjs tanh     those whose name contains the word
//
// Many faults are tried in one Vitest, each a project of its own into whose modules it is planted as they are loaded. A
// fault in C++ gets an addon of its own, compiled out of one build folder. What survives there is tried again by itself
// in a copy of the project: tests that start processes, or read files, see only what is in files.
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { argv, env, exit } from 'node:process';
import { faults } from '../test/mutants/faults.mjs';
import { build, buildAddons, copyProject } from './mutants/copy.mjs';
import { planted, planting } from './mutants/plant.mjs';
import { firstFailures, ofAddon, ofSources } from './mutants/run.mjs';

const root = dirname(import.meta.dirname);
/** Faults tried in one Vitest: each keeps a graph of modules. */
const TOGETHER = 16;

env.GLIA_BACKEND = '';
const wanted = (argv[2] ?? '').toLowerCase();
const chosen = faults.filter(({ name }) => name.toLowerCase().includes(wanted));
if (chosen.length === 0) {
  console.error(`no fault is called "${argv[2]}"; there are: ${faults.map(({ name }) => name).join(', ')}`);
  exit(1);
}

const started = Date.now();
const seconds = (since) => `${Math.round((Date.now() - since) / 1000)} s`;
const width = Math.max(...chosen.map(({ name }) => name.length));
const verdicts = new Map();
function judge({ name }, verdict, by) {
  verdicts.set(name, verdict);
  console.log(`${name.padEnd(width)}  ${verdict.padEnd(8)} ${by.split('\n')[0].slice(0, 110)}`);
}

/** Without a fault all of the tests must pass, else whatever is planted would count as caught. */
async function checkSound(batch) {
  const tests = [...new Set(batch.flatMap((fault) => fault.tests))];
  const failure = (await firstFailures(root, [{ name: 'without', tests, plugins: [] }])).get('without');
  if (failure !== undefined) throw new Error(`without any fault, this fails already: ${failure}`);
}

/** Tries faults together; gives those that survived. */
async function tryTogether(batch, projectOf) {
  const failures = await firstFailures(root, batch.map(projectOf));
  for (const fault of batch) {
    const by = failures.get(fault.name);
    if (by !== undefined) judge(fault, 'caught', by);
  }
  return batch.filter(({ name }) => failures.get(name) === undefined);
}

/** Tries a fault by itself, in the files of the copy. */
async function tryAlone(fault) {
  const project = { name: fault.name, tests: fault.tests, plugins: [] };
  const failures = await planted(copy, fault, () => {
    if (fault.native) build(copy);
    return firstFailures(copy, [project]);
  });
  const by = failures.get(fault.name);
  judge(fault, by === undefined ? 'SURVIVED' : 'caught', by ?? fault.tests.join(', '));
}

function* batches(list) {
  for (let at = 0; at < list.length; at += TOGETHER) yield list.slice(at, at + TOGETHER);
}

const copy = copyProject(root);
try {
  await checkSound(chosen);
  console.log(`without any fault all pass (${seconds(started)})`);
  const survived = [];
  for (const batch of batches(chosen.filter(({ native }) => !native)))
    survived.push(...(await tryTogether(batch, (fault) => ofSources(root, fault, planting))));
  for (const fault of survived) await tryAlone(fault);
  const native = chosen.filter((fault) => fault.native);
  const addons = await buildAddons(copy, native, () => {});
  for (const fault of native.filter(({ name }) => addons.get(name) instanceof Error))
    judge(fault, 'ERROR', addons.get(fault.name).message);
  const built = native.filter(({ name }) => !(addons.get(name) instanceof Error));
  for (const batch of batches(built)) {
    const left = await tryTogether(batch, (fault) => ofAddon(root, fault, addons.get(fault.name)));
    for (const fault of left) await tryAlone(fault);
  }
} finally {
  rmSync(copy, { recursive: true, force: true });
}
const count = (verdict) => [...verdicts.values()].filter((one) => one === verdict).length;
const [caught, survivors, untried] = ['caught', 'SURVIVED', 'ERROR'].map(count);
console.log(
  `${caught} of ${chosen.length} faults caught, ${survivors} survived, ${untried} could not be tried (${seconds(started)})`,
);
exit(caught === chosen.length ? 0 : 1);
