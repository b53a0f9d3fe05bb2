import { dense, type Model, sequential } from 'glia';
import { columns, Table } from 'glia/data';
import type { BackendName } from '../../src/backend/backend.ts';

/** Rows of three original columns and two classes; ages and heights are not on the scale of the network. */
export const people = Table.fromRows(
  Array.from({ length: 40 }, (_, i) => ({
    age: 20 + ((i * 7) % 41),
    plan: ['basic', 'gold', 'team'][(i * 5) % 3]!,
    height: 150 + ((i * 13) % 50),
    left: (i * 7) % 41 > 20 ? 'yes' : 'no',
  })),
);

export const prepare = columns({
  numeric: { of: ['age', 'height'], scale: 'standard' },
  categorical: { of: ['plan'], encode: 'onehot' },
  target: { of: 'left', encode: 'label' },
}).fit(people);

/** A model of these columns with first weights. */
export function peopleModel(backend: BackendName, hidden = 6): Model {
  return sequential([dense(hidden, { activation: 'tanh' }), dense(2)], {
    inputShape: [prepare.width],
    seed: 5,
    prepare,
    backend,
  });
}

/** The same without a hidden layer, with weights `[outputs][features]` in the order of `prepare.features`. */
export async function linearModel(
  backend: BackendName,
  weight: readonly (readonly number[])[],
  bias = [0, 0],
) {
  const model = sequential([dense(weight.length)], {
    inputShape: [weight[0]!.length],
    backend,
    ...(weight[0]!.length === prepare.width && { prepare }),
  });
  await model.setWeights({
    'dense1.weight': { shape: [weight.length, weight[0]!.length], data: Float32Array.from(weight.flat()) },
    'dense1.bias': { shape: [weight.length], data: Float32Array.from(bias.slice(0, weight.length)) },
  });
  return model;
}
