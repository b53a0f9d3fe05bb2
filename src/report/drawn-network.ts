import type { NetworkData } from '../plot/network-data.ts';
import type { Model } from '../train/model.ts';

/**
 * A chain of dense layers as it is drawn; `undefined` for a network that is none. Layers that work on each unit by
 * itself, such as activations and dropout, are not drawn.
 */
export async function drawnNetwork(
  model: Model,
  inputs: readonly string[],
  outputs: readonly string[],
  importance: ArrayLike<number>,
): Promise<NetworkData | undefined> {
  const { network, wiring } = model.session;
  if (!isChain(wiring.calls.map(({ inputs: from }) => from))) return undefined;
  const dense = network.calls.filter(({ layer }) => layer.kind === 'dense');
  if (dense.length === 0) return undefined;
  const weights = await model.session.readWeights();
  const tables = dense.map(({ name }) => weights[`${name}.weight`]);
  const sizes = [inputs.length, ...tables.map((table) => table?.shape[0] ?? 0)];
  const fits = tables.every((table, i) => table?.shape[1] === sizes[i]);
  if (!fits || sizes.at(-1) !== outputs.length) return undefined;
  return {
    layers: sizes.map((units, i) => {
      if (i === 0) return { units, name: 'inputs', nodeNames: inputs, nodes: importance };
      if (i === sizes.length - 1) return { units, name: 'outputs', nodeNames: outputs };
      return { units, name: dense[i - 1]!.name };
    }),
    weights: tables.map((table) => ({ shape: table!.shape, data: table!.data })),
    unit: 'mean size of attributions',
  };
}

/** Whether each call is fed by the one before alone. */
function isChain(inputs: readonly (readonly number[])[]): boolean {
  return inputs.every((from, i) => from.length === 1 && from[0] === i);
}
