import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { promisify } from 'node:util';
import { aboutOf, flopsOf, INFERENCE, TRAINING } from './networks.mjs';
import { isTooSlow } from './rates.mjs';

const CHILD = join(import.meta.dirname, 'memory-child.mjs');

/**
 * Memory of a process for each workload, and of one that goes on training.
 *
 * @param {import('./main.mjs').Context} context
 */
export async function* memory(context) {
  const { quick, pace } = context;
  context.say('memory: idle');
  yield { what: 'memory', workload: 'idle', about: 'glia imported', ...(await child('idle')) };
  for (const workload of [...TRAINING, ...INFERENCE]) {
    const { name, rows, widths } = workload;
    const { train, infer } = flopsOf(workload);
    if (isTooSlow(context, TRAINING.includes(workload) ? train : infer)) {
      yield { what: 'skipped', section: 'memory', workload: name, why: 'seconds a step in TypeScript' };
      continue;
    }
    context.say(`memory: ${name}`);
    const data = (4 * rows * widths[0]) / 1e6;
    yield {
      what: 'memory',
      workload: name,
      about: aboutOf(workload),
      data,
      ...(await child(name, pace.seconds * pace.slices)),
    };
  }
  const steps = quick ? 100 : context.addon === undefined ? 1000 : 10_000;
  context.say(`memory: W2 for ${10 * steps} steps`);
  yield { what: 'growing', workload: 'W2', steps: [steps, 10 * steps], ...(await child('grow', steps)) };
}

/** Megabytes that a process of its own used. @param {readonly (string | number)[]} args */
async function child(...args) {
  const { stdout } = await promisify(execFile)(execPath, ['--expose-gc', CHILD, ...args.map(String)]);
  return JSON.parse(stdout);
}
