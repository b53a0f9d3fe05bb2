#!/usr/bin/env node
// npm run --silent rows -- NAME [--seeds N] [--backend native|typescript]
//
// Runs a row and prints one JSON line on stdout; progress goes to stderr. `list` prints the rows. The exit code is 0 for
// an accepted row, 1 for one that is not, 2 for a call that makes no sense.
import { argv, env, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { checkOptions, choose } from '../../dist/base/options.js';
import { OptionError } from '../../dist/index.js';
import { loadBackend } from '../../dist/unstable.js';
import { rows } from './table.mjs';

const USAGE = 'usage: npm run --silent rows -- list | NAME [--seeds N] [--backend native|typescript]';

const print = (/** @type {unknown} */ value) => void stdout.write(`${JSON.stringify(value)}\n`);
const say = (/** @type {string} */ text) => void stderr.write(`${text}\n`);

/** @param {readonly string[]} args */
function readCommand(args) {
  // Not strict: parseArgs would refuse an unknown option without saying which one was meant.
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { seeds: { type: 'string' }, backend: { type: 'string' } },
    allowPositionals: true,
    strict: false,
  });
  checkOptions('rows', values, ['seeds', 'backend']);
  if (positionals.length !== 1)
    throw new OptionError('rows: give the name of one row, or list', { hint: USAGE });
  const [name] = positionals;
  const { seeds, backend } = values;
  /** @type {Record<string, import('./table.mjs').Row | undefined>} */
  const table = { list: undefined, ...Object.fromEntries(rows.map((one) => [one.name, one])) };
  const row = choose('rows', name, table);
  if (seeds !== undefined && !/^[1-9]\d{0,5}$/.test(String(seeds))) {
    throw new OptionError(`rows: --seeds must be a whole number of at least 1, got ${seeds}`);
  }
  if (backend !== undefined) choose('rows: --backend', String(backend), { native: true, typescript: true });
  return { row, seeds: seeds === undefined ? undefined : Number(seeds), backend };
}

/**
 * @param {import('./table.mjs').Row} row
 * @param {number} seeds
 * @returns {Promise<boolean>} whether it was accepted
 */
async function runRow(row, seeds) {
  const started = performance.now();
  /** @type {Record<string, unknown>} */
  let figures;
  let accepted = false;
  try {
    const backend = loadBackend();
    figures = { backend: backend.name, machine: backend.describe(), seeds };
    const findings = await row.run({ seeds, say: (text) => say(`${row.name}: ${text}`) });
    accepted = Object.values(findings.checks).every(({ ok }) => ok);
    Object.assign(figures, findings);
  } catch (error) {
    figures = { error: error instanceof Error ? error.message : String(error) };
    say(`${row.name}: ${figures.error}`);
  }
  const seconds = Number(((performance.now() - started) / 1000).toFixed(1));
  print({ row: row.name, accepted, ...figures, seconds });
  return accepted;
}

try {
  const { row, seeds, backend } = readCommand(argv.slice(2));
  if (row === undefined) {
    print(rows.map(({ name, about, seeds: usual }) => ({ row: name, about, seeds: usual })));
  } else {
    if (backend !== undefined) env.GLIA_BACKEND = String(backend);
    process.exitCode = (await runRow(row, seeds ?? row.seeds)) ? 0 : 1;
  }
} catch (error) {
  if (!(error instanceof OptionError)) throw error;
  say(error.message);
  process.exitCode = 2;
}
