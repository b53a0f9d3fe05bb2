#!/usr/bin/env node
// npm run bench -- [limits workloads growth loop callbacks sizes explain memory coverage] [--quick] [--json]
//
// Measures the machine and glia on it, prints tables and adds lines of JSON to bench/results. With --json stdout has the
// lines instead. --quick shows that everything works: its numbers mean nothing and are not kept. GLIA_BACKEND,
// GLIA_THREADS and GLIA_ISA are honoured. The exit code is 2 for a call that makes no sense.
import { argv, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { machineLimits } from '../dist/backend/native.js';
import { checkOptions, choose } from '../dist/base/options.js';
import { OptionError } from '../dist/index.js';
import { callbacks } from './callbacks.mjs';
import { coverage } from './coverage.mjs';
import { explain } from './explain.mjs';
import { growth } from './growth.mjs';
import { limits } from './limits.mjs';
import { loop } from './loop.mjs';
import { findMachine } from './machine.mjs';
import { memory } from './memory.mjs';
import { QUICK, USUAL } from './pace.mjs';
import { Results } from './results.mjs';
import { Roof } from './roof.mjs';
import { sizes } from './sizes.mjs';
import { tablesOf } from './table.mjs';
import { workloads } from './workloads.mjs';

/**
 * What a section is run with.
 *
 * @typedef {object} Context
 * @property {import('./machine.mjs').Origin} origin
 * @property {import('./machine.mjs').Addon | undefined} addon Absent where TypeScript computes.
 * @property {Roof} roof
 * @property {import('./pace.mjs').Pace} pace
 * @property {boolean} quick
 * @property {(text: string) => void} say
 */

/** @typedef {(context: Context) => AsyncIterable<import('./table.mjs').Line>} Section */

/** @type {Readonly<Record<string, Section>>} */
const SECTIONS = { limits, workloads, growth, loop, callbacks, sizes, explain, memory, coverage };
/** Asked for by name alone: it takes ten minutes, and measures no time. */
const ON_REQUEST = ['coverage'];
const USAGE = `usage: npm run bench -- [${Object.keys(SECTIONS).join(' ')}] [--quick] [--json]`;

const say = (/** @type {string} */ text) => void stderr.write(`${text}\n`);

/** @param {readonly string[]} args */
function readCommand(args) {
  // Not strict: parseArgs would refuse an unknown option without saying which one was meant.
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { quick: { type: 'boolean' }, json: { type: 'boolean' } },
    allowPositionals: true,
    strict: false,
  });
  checkOptions('bench', values, ['quick', 'json']);
  const { quick = false, json = false } = values;
  if (typeof quick !== 'boolean' || typeof json !== 'boolean') {
    throw new OptionError(`bench: cannot read ${args.join(' ')}`, { hint: USAGE });
  }
  for (const name of positionals) choose('bench', name, SECTIONS);
  const names =
    positionals.length > 0 ? positionals : Object.keys(SECTIONS).filter((name) => !ON_REQUEST.includes(name));
  const sections = Object.entries(SECTIONS).flatMap(([name, one]) => (names.includes(name) ? [one] : []));
  return { sections, quick, json };
}

/** @param {ReturnType<typeof readCommand>} command */
async function bench({ sections, quick, json }) {
  const pace = quick ? QUICK : USUAL;
  const { origin, addon } = findMachine();
  say(
    `${Object.values(origin.machine).join(', ')}; ${origin.backend}, threads: ${origin.threads}, commit ${origin.commit}`,
  );
  const measured = addon && ((threads, milliseconds) => machineLimits(addon, threads, milliseconds));
  const roof = new Roof(measured, origin.threads);
  const results = quick ? undefined : new Results(origin);
  for (const section of sections) {
    const lines = [];
    for await (const found of section({ origin, addon, roof, pace, quick, say })) {
      const line = { ...origin, ...found };
      lines.push(line);
      results?.add(line);
      if (json) stdout.write(`${JSON.stringify(line)}\n`);
    }
    if (!json) stdout.write(`${tablesOf(lines)}\n\n`);
  }
  if (results) say(`added to ${results.name}`);
}

try {
  await bench(readCommand(argv.slice(2)));
} catch (error) {
  if (!(error instanceof OptionError)) throw error;
  say(error.message);
  process.exitCode = 2;
}
