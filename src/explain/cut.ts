import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import { rewrite } from '../compile/rewrite.ts';
import { toposort } from '../compile/toposort.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { boundsOf } from '../loss/bounds.ts';
import { logitsOf, reshape } from '../ops/index.ts';
import { ROWS } from './forward.ts';
import type { Subject } from './subject.ts';

/** Name under which the value of a layer is fed. */
export const CUT = 'cut';

/** A layer whose numbers are looked at one by one. */
export interface CutLayer {
  readonly layer: string;
  /** Shape of its value for a row, and its numbers: the units. */
  readonly shape: Shape;
  readonly units: number;
  /** Least and largest value that a unit can take, as far as the graph shows them. */
  readonly bounds: readonly [low: number, high: number];
  /** Whether its value is what the model puts out. */
  readonly isOutput: boolean;
}

/** The layers by name; by default all that have weights or are an activation, but for the output. */
export function layersToCut(where: string, subject: Subject, layer: string | undefined): readonly CutLayer[] {
  const { network } = subject.session;
  const { values, outputs } = network.trace([fed(ROWS, [1, ...subject.shape])], false);
  const known = [...values.keys()];
  if (layer !== undefined && !values.has(layer)) {
    throw new OptionError(`${where}: there is no layer ${describe(layer)}`, {
      layers: known.join(', '),
      hint: didYouMean(String(layer), known),
    });
  }
  const owners = network.calls.filter(
    ({ params, layer: { kind } }) => params.length > 0 || kind === 'activation',
  );
  // Logits are the output, too: of a softmax that is a layer of its own.
  const ends = new Set(outputs.flatMap((y) => [y, logitsOf(y)?.logits]));
  const hidden = owners.map(({ name }) => name).filter((name) => !ends.has(values.get(name)));
  const chosen = layer === undefined ? [...new Set(hidden)] : [layer];
  return chosen.map((name): CutLayer => {
    const value = values.get(name)!;
    const shape = value.shape.slice(1);
    const isOutput = outputs.includes(value);
    return { layer: name, shape, units: sizeOf(shape), bounds: boundsOf(value), isOutput };
  });
}

/** The values of some layers for a batch, `[n, units]` each, by position. */
export function valuesAt(
  subject: Subject,
  layers: readonly CutLayer[],
  batch: number,
): Record<string, Tensor> {
  const leaf = fed(ROWS, [batch, ...subject.shape]);
  const { values } = subject.session.network.trace([leaf], false);
  return Object.fromEntries(
    layers.map(({ layer, units }, i) => [`value${i}`, reshape(values.get(layer)!, [batch, units])]),
  );
}

/** What is computed behind a layer, from its value as it is fed, `[batch, units]`. */
export function behind(
  subject: Subject,
  { layer, shape, units }: CutLayer,
  batch: number,
  compute: (output: Tensor) => Readonly<Record<string, Tensor>>,
): Readonly<Record<string, Tensor>> {
  const leaf = fed(ROWS, [batch, ...subject.shape]);
  const { values, outputs } = subject.session.network.trace([leaf], false);
  const value = values.get(layer)!;
  // Computed first and cut then: what the graph shows of the output, such as its logits, does not outlive a rewrite.
  const wanted = compute(outputs[0]!);
  const given = reshape(fed(CUT, [batch, units]), [batch, ...shape]);
  const cut = rewrite(Object.values(wanted), (tensor, old) => (old === value ? given : tensor));
  return Object.fromEntries(Object.keys(wanted).map((name, i) => [name, cut[i]!]));
}

/** Whether some tensors still depend on the rows themselves: a path leads around the layer. */
export function needsRows(tensors: Readonly<Record<string, Tensor>>): boolean {
  return toposort(Object.values(tensors)).some(
    ({ origin }) => origin.kind === 'leaf' && origin.name === ROWS,
  );
}
