import { largest } from '../base/order.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import { byName } from '../ir/op.ts';
import { fed, inputsOf, type Tensor } from '../ir/tensor.ts';
import type { Network } from '../nn/index.ts';

/** One layer of a summary. */
export interface LayerSummary {
  readonly name: string;
  readonly kind: string;
  /** Shape of its value for one row. */
  readonly shape: Shape;
  readonly parameters: number;
  /** Floating-point operations to compute its value for one row. */
  readonly flops: number;
}

/** A model in numbers; `toString` makes a table of it. */
export interface Summary {
  readonly layers: readonly LayerSummary[];
  /** Trainable numbers. */
  readonly parameters: number;
  /** Numbers that are carried without being trained, such as running means. */
  readonly states: number;
  /** Bytes of parameters and states. */
  readonly bytes: number;
  /** Floating-point operations of a prediction for one row. */
  readonly flops: number;
  readonly toString: () => string;
}

/** Counts a network. */
export function summarize(network: Network): Summary {
  const inputs = network.inputShapes.map((shape, i) => fed(`x${i}`, [1, ...shape]));
  const traced = network.trace(inputs, false);
  const perLayer = flopsByPath(traced.outputs);
  const layers = network.calls.map(({ name, layer, shape, params }) => ({
    name,
    kind: layer.kind,
    shape,
    parameters: params.reduce((sum, param) => sum + sizeOf(param.shape), 0),
    flops: perLayer.get(name) ?? 0,
  }));
  const parameters = layers.reduce((sum, layer) => sum + layer.parameters, 0);
  const states = network.states.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const flops = layers.reduce((sum, layer) => sum + layer.flops, 0);
  const summary = { layers, parameters, states, bytes: 4 * (parameters + states), flops };
  return { ...summary, toString: () => asTable(summary) };
}

function flopsByPath(outputs: readonly Tensor[]): Map<string, number> {
  const flops = new Map<string, number>();
  const seen = new Set<Tensor>();
  const stack = [...outputs];
  while (stack.length > 0) {
    const tensor = stack.pop()!;
    if (seen.has(tensor)) continue;
    seen.add(tensor);
    stack.push(...inputsOf(tensor));
    if (tensor.origin.kind !== 'op') continue;
    const { op, inputs, attrs } = tensor.origin;
    const shapes = byName(
      op,
      inputs.map((input) => input.shape),
    );
    flops.set(tensor.path, (flops.get(tensor.path) ?? 0) + op.flops(shapes, tensor.shape, attrs));
  }
  return flops;
}

function asTable({ layers, parameters, states, bytes, flops }: Omit<Summary, 'toString'>): string {
  const rows = [
    ['layer', 'kind', 'output', 'parameters', 'FLOP/row'],
    ...layers.map((layer) => [
      layer.name,
      layer.kind,
      `[n, ${layer.shape.join(', ')}]`,
      String(layer.parameters),
      String(layer.flops),
    ]),
  ];
  const widths = rows[0]!.map((_, column) => largest(rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) =>
    row
      .map((cell, i) => (i < 3 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!)))
      .join('  ')
      .trimEnd(),
  );
  return [...lines, `${parameters} parameters, ${states} states, ${bytes} bytes, ${flops} FLOP a row`].join(
    '\n',
  );
}
