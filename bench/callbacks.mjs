import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { csvLog, earlyStopping, progress } from '../dist/train/callbacks.js';
import { dataFor, flopsOf, network, TRAINING } from './networks.mjs';
import { quantile } from './pace.mjs';
import { isTooSlow } from './rates.mjs';
import { timeFit } from './training.mjs';

/**
 * What it costs to listen: `fit` with callbacks, by turns with the same `fit` without.
 *
 * @param {import('./main.mjs').Context} context
 */
export async function* callbacks(context) {
  const workload = TRAINING.find(({ name }) => name === 'W3');
  if (isTooSlow(context, flopsOf(workload).train)) {
    yield { what: 'skipped', section: 'callbacks', workload: 'W3', why: 'seconds a step in TypeScript' };
    return;
  }
  context.say('callbacks: W3');
  const folder = mkdtempSync(join(tmpdir(), 'glia-bench-'));
  const stream = new Writable({ write: (_chunk, _encoding, done) => done() });
  const listeners = () => [
    progress({ stream }),
    csvLog(join(folder, 'log.csv')),
    earlyStopping({ monitor: 'loss', patience: 1e6 }),
  ];
  const data = dataFor(workload);
  const pace = { ...context.pace, slices: 1 };
  const time = async (/** @type {readonly import('./training.mjs').Callback[]} */ others) =>
    (await timeFit(network(workload), data, workload, pace, others)).median;
  try {
    const ratios = [];
    for (let i = 0; i < context.pace.slices; i++) {
      // Which goes first changes, since a machine's clock rises and falls.
      const before = i % 2 === 0 ? await time([]) : undefined;
      const heard = await time(listeners());
      ratios.push(heard / (before ?? (await time([]))));
    }
    const names = listeners().map(({ name }) => name);
    const [ratio, least, most] = [0.5, 0, 1].map((share) => quantile(ratios, share));
    yield { what: 'callbacks', workload: 'W3', callbacks: names, ratio, least, most };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
