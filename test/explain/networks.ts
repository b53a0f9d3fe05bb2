import { readFileSync } from 'node:fs';
import { dense, type Model, sequential } from 'glia';
import type { BackendName } from '../../src/backend/backend.ts';

/** A file of test/golden/explain; test/golden/README.md says where its numbers are from. */
export function golden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/explain/${name}.json`, import.meta.url), 'utf8')) as T;
}

/** Dense layers as the files hold them. */
export interface Net {
  readonly layers: readonly (Dense | string)[];
}

interface Dense {
  readonly weight: readonly number[][];
  readonly bias: readonly number[];
}

/** That network, with an activation between its layers. */
export async function networkOf(
  net: Net,
  activation: 'relu' | 'tanh',
  backend: BackendName,
  bias = true,
): Promise<Model> {
  const layers = net.layers.filter((layer) => typeof layer === 'object');
  const last = layers.length - 1;
  const model = sequential(
    layers.map(({ weight }, i) => dense(weight.length, { bias, ...(i < last && { activation }) })),
    { inputShape: [layers[0]!.weight[0]!.length], backend },
  );
  const weights = layers.flatMap((layer, i): [string, { shape: number[]; data: Float32Array }][] => {
    const shape = [layer.weight.length, layer.weight[0]!.length];
    const weight = { shape, data: Float32Array.from(layer.weight.flat()) };
    const own: [string, typeof weight][] = [[`dense${i + 1}.weight`, weight]];
    if (bias) own.push([`dense${i + 1}.bias`, { shape: [shape[0]!], data: Float32Array.from(layer.bias) }]);
    return own;
  });
  await model.setWeights(Object.fromEntries(weights));
  return model;
}

/** The largest difference of two lists of numbers, however they are nested. */
export function furthest(got: ArrayLike<number>, wanted: unknown): number {
  const flat = [wanted].flat(Number.POSITIVE_INFINITY) as number[];
  if (flat.length !== got.length) throw new Error(`${got.length} numbers, wanted ${flat.length}`);
  return flat.reduce((worst, value, i) => Math.max(worst, Math.abs(got[i]! - value)), 0);
}

/** Numbers of the golden files are float64, ours float32: what the files themselves suggest. */
export const TOLERANCE = 1e-5;
