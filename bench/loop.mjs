import { lookup } from 'node:dns/promises';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { dataFor, flopsOf, mlp, network, TRAINING } from './networks.mjs';
import { quantile } from './pace.mjs';
import { isTooSlow } from './rates.mjs';
import { fitUntil } from './training.mjs';

/** Milliseconds between the ticks of the timer. */
const TICK = 5;
/** Milliseconds between calls that need libuv's pool of threads. */
const CALLS = 20;

/**
 * What training leaves of the event loop: ticks of a timer, and calls that go through libuv's pool, beside an idle
 * process.
 *
 * @param {import('./main.mjs').Context} context
 */
export async function* loop(context) {
  const { watch } = context.pace;
  context.say('event loop: idle');
  yield { what: 'loop', during: 'idle', ...(await watchWhile(() => sleep(watch * 1000))) };
  for (const workload of TRAINING.filter(({ name }) => name === 'W3' || name === 'W3L')) {
    const during = workload.name;
    if (isTooSlow(context, flopsOf(workload).train)) {
      yield { what: 'skipped', section: 'loop', during, why: 'seconds a step in TypeScript' };
      continue;
    }
    context.say(`event loop: ${during}`);
    const [model, data] = [network(workload), dataFor(workload)];
    // Checking the data, copying it and compiling belong to training, but happen once.
    const train = (/** @type {() => void} */ begun) => {
      const end = performance.now() + watch * 1000;
      return fitUntil(model, data, workload, () => {
        begun();
        return performance.now() >= end;
      });
    };
    yield { what: 'loop', during, ...(await watchWhile(train)) };
  }
  yield* starts(context);
}

/**
 * What the start of a `fit` on much data leaves of the event loop, up to its first step: data are copied and checked in
 * turns, whatever their size.
 *
 * @param {import('./main.mjs').Context} context
 */
async function* starts({ quick, say }) {
  for (const megabytes of quick ? [1, 5] : [50, 500]) {
    const during = `start on ${megabytes} MB`;
    say(`event loop: ${during}`);
    const width = 784;
    const rows = Math.ceil((megabytes * 1e6) / (4 * width));
    const workload = mlp({ name: during, batch: 128, rows, widths: [width, 64, 10] });
    const x = { data: new Float32Array(rows * width).fill(0.5), shape: [rows, width] };
    const data = { x, y: Int32Array.from({ length: rows }, (_, i) => i % 10) };
    const model = network(workload);
    const start = (/** @type {() => void} */ begun) =>
      fitUntil(model, data, workload, () => {
        begun();
        return true;
      });
    yield { what: 'loop', during, ...(await watchWhile(start)) };
  }
}

/** @param {(begun: () => void) => Promise<unknown>} work Says when it has got going. */
async function watchWhile(work) {
  const started = performance.now();
  const ticks = [started];
  const timer = setInterval(() => ticks.push(performance.now()), TICK);
  const calls = new Calls();
  let going = 0;
  await work(() => {
    going ||= performance.now();
  });
  const ended = performance.now();
  clearInterval(timer);
  const stalls = [...ticks.slice(1), ended].map((at, i) => ({
    from: ticks[i],
    stall: Math.max(0, at - ticks[i] - TICK),
  }));
  const longest = (/** @type {typeof stalls} */ some) => Math.max(0, ...some.map(({ stall }) => stall));
  return {
    seconds: (ended - started) / 1000,
    ticks: ticks.length - 1,
    expected: Math.floor((ended - started) / TICK),
    startStall: longest(stalls.filter(({ from }) => from < going)),
    stall: longest(stalls.filter(({ from }) => from >= going)),
    ...(await calls.end()),
  };
}

/** Milliseconds that calls take which libuv's pool serves, until they are ended. */
class Calls {
  #ended = false;
  #stat = this.#repeat(() => stat(import.meta.filename));
  #lookup = this.#repeat(() => lookup('localhost'));

  async end() {
    this.#ended = true;
    const [files, names] = [await this.#stat, await this.#lookup];
    return {
      stat: { median: quantile(files, 0.5), worst: Math.max(...files) },
      lookup: { median: quantile(names, 0.5), worst: Math.max(...names) },
    };
  }

  /** @param {() => Promise<unknown>} call */
  async #repeat(call) {
    const times = [];
    while (!this.#ended) {
      const started = performance.now();
      await call();
      times.push(performance.now() - started);
      await sleep(CALLS);
    }
    return times;
  }
}
