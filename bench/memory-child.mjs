// node --expose-gc bench/memory-child.mjs idle | WORKLOAD SECONDS | grow STEPS
//
// One process of the memory section: prints its memory as a JSON object, in megabytes.
import { readFileSync } from 'node:fs';
import { argv, memoryUsage, resourceUsage } from 'node:process';
import { loadBackend } from '../dist/unstable.js';
import { dataFor, INFERENCE, network, TRAINING } from './networks.mjs';
import { fitUntil, timePredictions } from './training.mjs';

/** The most that it ever was. */
function peak() {
  try {
    // resourceUsage would start at the size of the process that started this one.
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    if (kilobytes !== undefined) return (1024 * Number(kilobytes)) / 1e6;
  } catch {
    // Only Linux has the file.
  }
  return (1024 * resourceUsage().maxRSS) / 1e6;
}

/** What it is once the garbage is gone. */
function resident() {
  globalThis.gc?.();
  return memoryUsage.rss() / 1e6;
}

/** @param {string} name @param {number} seconds */
async function run(name, seconds) {
  const workload = [...TRAINING, ...INFERENCE].find((one) => one.name === name);
  if (workload === undefined) throw new Error(`there is no workload ${name}`);
  const [model, data] = [network(workload), dataFor(workload)];
  const end = performance.now() + seconds * 1000;
  if (TRAINING.includes(workload)) await fitUntil(model, data, workload, () => performance.now() >= end);
  else
    await timePredictions('predict')(model, data, workload, {
      slices: 1,
      seconds,
      warm: 0,
      limit: 0,
      watch: 0,
    });
  return { peak: peak() };
}

/** @param {number} steps */
async function grow(steps) {
  const workload = /** @type {(typeof TRAINING)[number]} */ (TRAINING.find(({ name }) => name === 'W2'));
  const sizes = /** @type {number[]} */ ([]);
  await fitUntil(network(workload), dataFor(workload), workload, (done) => {
    if (done >= steps * 10 ** sizes.length) sizes.push(resident());
    return sizes.length === 2;
  });
  return { resident: sizes };
}

const [what, amount] = argv.slice(2);
loadBackend();
/** @type {object} */
let found = { peak: peak() };
if (what === 'grow') found = await grow(Number(amount));
else if (what !== 'idle') found = await run(what, Number(amount));
console.log(JSON.stringify(found));
