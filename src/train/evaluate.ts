import type { NumberArray } from '../base/dtype.ts';
import { sizeOf } from '../base/shape.ts';
import type { Graph } from '../compile/compile.ts';
import { fed } from '../ir/tensor.ts';
import type { Loss } from '../loss/index.ts';
import type { Dataset } from './dataset.ts';
import type { Metric } from './metrics/index.ts';
import { type Measured, ResponseScale } from './response.ts';
import { sliceRows } from './rows.ts';
import { asFloat32, type Session } from './session.ts';
import { LEAVES } from './step.ts';
import { Values } from './values.ts';

/** Rows of one step when a data set is passed forward. */
export const FORWARD_BATCH = 512;

/** Numbers fed in one call, so that a call stays short and its copy small. */
const NUMBERS_PER_CALL = 1 << 21;

/** Numbers of an evaluation, by name. */
export type Logs = { readonly loss: number; readonly [metric: string]: number };

/**
 * Loss, metrics and predictions of a data set, in inference mode. An abort throws the signal's reason; `check` may refuse
 * the outputs before anything is measured.
 */
export async function evaluateDataset(
  session: Session,
  loss: Loss,
  dataset: Dataset & Pick<Measured, 'truth'>,
  metrics: readonly Metric[],
  key: string,
  signal?: AbortSignal,
  check?: (outputs: Values) => void,
): Promise<{ logs: Logs; predictions: Values }> {
  const response = new ResponseScale(session, loss);
  const trace = (batch: number) =>
    traceEvaluation(session, loss, response, dataset, batch, check !== undefined);
  const parts = await forward(session, dataset, { key, trace }, signal);
  const predictions = new Values(asFloat32(parts['prediction']!), [
    dataset.rows,
    ...session.network.outputShapes[0]!,
  ]);
  check?.(new Values(asFloat32(parts['output'] ?? predictions.data), predictions.shape));
  const logs: Record<string, number> & { loss: number } = { loss: meanLoss(parts, loss, dataset) };
  // Weights are the loss's affair: metrics count each row once.
  response.measure(metrics, predictions, dataset).forEach((value, i) => {
    logs[metrics[i]!.name] = value;
  });
  return { logs, predictions };
}

function traceEvaluation(
  session: Session,
  loss: Loss,
  response: ResponseScale,
  { y, labels }: Dataset,
  batch: number,
  checked: boolean,
): Graph {
  const { network } = session;
  const inputs = network.inputShapes.map((shape, i) => fed(LEAVES.input(i), [batch, ...shape]));
  const output = network.trace(inputs, false).outputs[0]!;
  const integer = labels || y.data instanceof Int32Array;
  const target = fed('y', [batch, ...y.shape.slice(1)], integer ? 'i32' : 'f32');
  const { loss: rows, weight } = loss.rows(output, target);
  const prediction = response.measured(output);
  const raw = checked && output !== prediction && { output };
  const fetch = { loss: rows, prediction, ...(weight && { weight }), ...raw };
  return { fetch, carry: [] };
}

/** Weighted mean over rows; a loss that reduces by itself is averaged over the rows of its batches. */
function meanLoss(parts: Parts, loss: Loss, { rows, weight }: Dataset): number {
  const losses = parts['loss']!;
  const own = parts['weight'];
  let total = 0;
  let mass = 0;
  if (losses.length !== rows) {
    losses.forEach((value, i) => {
      const size = Math.min(FORWARD_BATCH, rows - i * FORWARD_BATCH);
      total += value * size;
      mass += size;
    });
    return total / mass;
  }
  for (let i = 0; i < rows; i++) {
    const w = (own?.[i] ?? 1) * (weight?.data[i] ?? 1);
    if (w === 0) continue;
    total += w * losses[i]!;
    mass += w;
  }
  return loss.reduction === 'sum' ? total : total / Math.max(mass, Number.MIN_VALUE);
}

type Parts = Readonly<Record<string, NumberArray>>;

/** A graph for any number of rows, and the name of its programs. */
export interface Pass {
  readonly key: string;
  readonly trace: (batch: number) => Graph;
}

/** Passes rows through programs of full batches and one for the last short batch; joins what they fetch. */
export async function forward(
  session: Session,
  data: Pick<Dataset, 'rows' | 'x'> & Partial<Pick<Dataset, 'y'>>,
  { key, trace }: Pass,
  signal?: AbortSignal,
): Promise<Parts> {
  const parts: Record<string, NumberArray[]> = {};
  const width = data.x.reduce((sum, { shape }) => sum + sizeOf(shape.slice(1)), 0);
  const batch = Math.min(FORWARD_BATCH, data.rows);
  const stepsPerCall = Math.max(1, Math.floor(NUMBERS_PER_CALL / (batch * Math.max(1, width))));
  for (let from = 0; from < data.rows; ) {
    if (signal?.aborted) throw signal.reason;
    const whole = Math.min(stepsPerCall, Math.floor((data.rows - from) / batch));
    const [size, steps] = whole > 0 ? [batch, whole] : [data.rows - from, 1];
    const sized = session.engine.sized(key, size, trace);
    const to = from + size * steps;
    // Rows that are added to a short batch, which then goes in one step.
    const added = (sized.rows - size) * steps;
    const feeds: Record<string, NumberArray> = {};
    data.x.forEach((x, i) => {
      feeds[LEAVES.input(i)] = sliceRows(x, from, to, added);
    });
    if (data.y !== undefined) feeds['y'] = sliceRows(data.y, from, to, added);
    const fetched = await session.engine.run(sized.program, steps, feeds);
    for (const [name, array] of Object.entries(fetched)) {
      parts[name] ??= [];
      parts[name].push(added === 0 ? array : array.subarray(0, (array.length / sized.rows) * size));
    }
    from = to;
  }
  return Object.fromEntries(Object.entries(parts).map(([name, arrays]) => [name, join(arrays)]));
}

function join(arrays: readonly NumberArray[]): NumberArray {
  if (arrays.length === 1) return arrays[0]!;
  const joined = new Float32Array(arrays.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const array of arrays) {
    joined.set(array, at);
    at += array.length;
  }
  return joined;
}
