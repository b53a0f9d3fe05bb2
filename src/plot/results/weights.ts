import { DataError, OptionError } from '../../base/errors.ts';
import type { NetworkData } from '../network-data.ts';
import type { WeightHistogramsData } from '../weight-histograms.ts';
import type { Shaped } from './result.ts';

/** What `model.weights()` gives: weights by their paths. */
export type WeightsResult = Readonly<Record<string, Shaped>>;

/** What `weightSnapshots` keeps; the last is drawn, or those after the epoch that is asked for. */
export interface SnapshotsResult {
  readonly weights: readonly WeightsResult[];
  readonly epochs: readonly number[];
}

/** The weights in what was given to a picture; nothing where there are none. */
export function weightsIn(where: string, data: unknown, epoch?: number): WeightsResult | undefined {
  if (typeof data !== 'object' || data === null) return undefined;
  if ('weights' in data && 'epochs' in data && Array.isArray(data.weights)) {
    const { weights, epochs } = data as unknown as SnapshotsResult;
    const found = epoch === undefined ? weights.at(-1) : weights[epochs.indexOf(epoch)];
    if (found !== undefined) return found;
    throw new OptionError(`${where}: there are no weights ${epoch === undefined ? 'yet' : 'of that epoch'}`, {
      epochs: epochs.slice(0, 20).join(', ') || 'none',
    });
  }
  const entries = Object.values(data);
  return entries.length > 0 && entries.every(isShaped) ? (data as WeightsResult) : undefined;
}

function isShaped(value: unknown): value is Shaped {
  return typeof value === 'object' && value !== null && 'shape' in value && 'data' in value;
}

/** The weights of a model as histograms; other data as they are. */
export function histogramsOf(
  where: string,
  data: WeightHistogramsData | WeightsResult | SnapshotsResult,
  epoch?: number,
): WeightHistogramsData {
  const weights = weightsIn(where, data, epoch);
  if (weights === undefined) return data as WeightHistogramsData;
  return { layers: Object.entries(weights).map(([name, { data: values }]) => ({ name, values })) };
}

/**
 * The matrices of a model as a chain of layers; other data as they are.
 *
 * @throws {DataError} where they are no chain, each as wide as the one before is high.
 */
export function chainOf(
  where: string,
  data: NetworkData | WeightsResult | SnapshotsResult,
  epoch?: number,
): NetworkData {
  const weights = weightsIn(where, data, epoch);
  if (weights === undefined) return data as NetworkData;
  const tables = Object.entries(weights).filter(([, { shape }]) => shape.length === 2);
  const broken = tables.findIndex(([, { shape }], i) => i > 0 && shape[1] !== tables[i - 1]![1].shape[0]);
  if (tables.length === 0 || broken !== -1) {
    const shapes = tables.map(([name, { shape }]) => `${name} [${shape.join(', ')}]`).join(', ');
    throw new DataError(`${where}: the weights are no chain of dense layers`, {
      matrices: shapes || 'none',
      hint: 'give layers and weights apart: { layers: [{ units }], weights: [[[…]]] }',
    });
  }
  const units = [tables[0]![1].shape[1]!, ...tables.map(([, { shape }]) => shape[0]!)];
  return {
    layers: units.map((count, i) => ({
      units: count,
      ...(i > 0 && { name: tables[i - 1]![0].replace(/\.[^.]*$/, '') }),
    })),
    weights: tables.map(([, { shape, data }]) => ({ shape, data })),
  };
}
