import type { BackendName } from '../backend/backend.ts';
import { largest } from '../base/order.ts';
import { Random } from '../base/random.ts';
import { dense } from '../nn/index.ts';
import { sequential } from '../train/model.ts';

/** What came of training the same small network on each backend. */
export interface SelfTest {
  /** Backends that trained it. */
  readonly backends: readonly BackendName[];
  readonly steps: number;
  /** Largest difference between the losses of a step, of max(1, loss); null with one backend. */
  readonly largestDifference: number | null;
  /** How large it may be, by what glia promises. */
  readonly allowed: number;
  readonly passed: boolean;
  /** Why it could not be run to its end, else null. */
  readonly error: string | null;
}

const STEPS = 200;
/** What glia promises of the first step and of the steps after it. */
const FIRST = 1e-6;
const LATER = 1e-3;
const ROWS = 192;
const INPUTS = 32;
const CLASSES = 3;

/**
 * Trains a small network from the same seed on each of the backends and compares the losses of all steps. A single
 * backend passes when it learns.
 */
export async function selfTest(backends: readonly BackendName[]): Promise<SelfTest> {
  const fixed = { backends, steps: STEPS, allowed: LATER };
  try {
    const runs: number[][] = [];
    for (const backend of backends) runs.push(await lossesOn(backend));
    const [one = [], other] = runs;
    if (other === undefined) return { ...fixed, largestDifference: null, passed: learns(one), error: null };
    const differences = one.map((loss, step) => Math.abs(loss - other[step]!) / Math.max(1, Math.abs(loss)));
    const largestDifference = largest(differences);
    // A comparison with NaN fails.
    const passed = differences[0]! <= FIRST && largestDifference <= LATER && learns(one);
    return { ...fixed, largestDifference, passed, error: null };
  } catch (error) {
    const [line = ''] = (error as Error).message.split('\n', 1);
    return { ...fixed, largestDifference: null, passed: false, error: line };
  }
}

function learns(losses: readonly number[]): boolean {
  return losses.at(-1)! < 0.5 * losses[0]!;
}

/** One step an epoch, so that the losses of epochs are those of steps. */
async function lossesOn(backend: BackendName): Promise<number[]> {
  const random = Random.of(1, 'self-test');
  const x = Array.from({ length: ROWS }, () => Array.from({ length: INPUTS }, () => random.uniform() - 0.5));
  const y = x.map((row) => (row[0]! + row[1]! > 0 ? 1 : 0) + (row[2]! > 0 ? 1 : 0));
  const layers = [dense(64, { activation: 'tanh' }), dense(32, { activation: 'relu' }), dense(CLASSES)];
  const { epochs } = await sequential(layers, { seed: 1, backend }).fit(x, y, {
    loss: 'categoricalCrossentropy',
    optimizer: 'adam',
    learningRate: 0.005,
    batchSize: ROWS,
    epochs: STEPS,
  });
  return epochs.map(({ loss }) => loss);
}
