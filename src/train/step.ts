import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { type Shape, sameShape } from '../base/shape.ts';
import { grad } from '../compile/autodiff.ts';
import type { Graph } from '../compile/compile.ts';
import { constant, fed, stored, type Tensor } from '../ir/tensor.ts';
import type { Network, Param } from '../nn/index.ts';
import { faults } from '../ops/faults.ts';
import { add, div, expand, gather, where } from '../ops/index.ts';
import { clipGradients, type Optimizer } from '../optim/index.ts';
import { ORDINARY_EXPONENT } from '../optim/ordinary.ts';

/** A training step to be traced: everything that decides its graph. */
export interface StepSpec {
  readonly network: Network;
  readonly optimizer: Optimizer;
  /** Rows of a batch. */
  readonly batch: number;
  /** Keeps the optimizer's tensors apart from those of other steps on the same storage. */
  readonly owner?: string;
  /** Rows of the stored data, and which of them are in the batch; without it the batch itself is fed. */
  readonly stored?: { readonly rows: number; readonly index: Tensor };
  /**
   * Whether a step whose loss, gradient or outcome is not finite leaves everything as it was. It fetches `faults`, 0
   * where the step was applied, else one of {@link FAULTS} or NaN. `outcome` looks at each gradient, next weight and state of
   * the optimizer before the first of them is written. `ordinary` looks at gradients and weights alone, and applies
   * nothing where one of them is so large that the outcome might not be finite: a fifth faster, for bounded updates.
   */
  readonly guard?: 'ordinary' | 'outcome';
  /** The scalar to be minimised, from the network's outputs; more values may be fetched with it. */
  readonly loss: (outputs: readonly Tensor[]) => { loss: Tensor; fetch?: Readonly<Record<string, Tensor>> };
}

/**
 * Why a step is not applied: the loss or a gradient is not finite, or what it would have left behind. NaN where a number
 * is so large that it takes a look at the outcome.
 */
export const FAULTS = { gradient: 1, outcome: 2 } as const;

/** Names of the leaves of a training step; none is that of a parameter, `layer.name`. */
export const LEAVES = {
  index: 'index',
  target: 'y',
  weight: 'weight',
  apply: 'optim.apply',
  batches: 'optim.batches',
  input: (i: number): string => `x${i}`,
  scalar: (name: string): string => `optim.${name}`,
  state: (owner: string, slot: string, path: string): string => `optim.${owner}${slot}.${path}`,
} as const;

/**
 * The learning rate of an update, counted from 0. `factor` is what a watching schedule has made of it.
 *
 * @throws {OptionError} when the schedule gives no number of at least 0 that float32 can hold.
 */
export function rateOf(
  { schedule }: Optimizer,
  update: number,
  updates: number,
  factor: unknown = 1,
): number {
  const given: unknown = schedule.at(update, updates);
  // A product would make a number of '0.1'.
  const rate = typeof given !== 'number' ? given : typeof factor !== 'number' ? factor : given * factor;
  if (typeof rate === 'number' && rate >= 0 && Number.isFinite(Math.fround(rate))) return rate;
  throw new OptionError(`learningRate: the schedule ${schedule.name} gave ${describe(rate)}`, {
    at: `update ${update + 1}`,
    ...(factor !== 1 && { factor: describe(factor) }),
    wanted: 'a finite number of at least 0',
  });
}

/** Slot in which gradients are summed up between updates. */
const ACCUMULATOR = 'accumulated';

/** Tensors that an optimizer carries for a network, and what each starts with. */
export function optimizerSlots(
  network: Network,
  optimizer: Optimizer,
  owner = '',
): { name: string; shape: Shape; initial: number }[] {
  const slots = Object.entries(optimizer.state);
  if (optimizer.accumulate > 1) slots.push([ACCUMULATOR, 0]);
  return network.params.flatMap(({ path, shape }) =>
    slots.map(([slot, initial]) => ({ name: LEAVES.state(owner, slot, path), shape, initial })),
  );
}

/** Loss, gradients and updates as ONE graph; the carried tensors become the next weights and optimizer state. */
export function traceStep(spec: StepSpec): Graph {
  const { network, batch, stored: data, loss: lossOf } = spec;
  const traced = network.trace(
    network.inputShapes.map((shape, i) => inputLeaf(i, shape, batch, data)),
    true,
  );
  const { loss, fetch = {} } = lossOf(traced.outputs);
  const total = traced.penalty === undefined ? loss : add(loss, traced.penalty);
  const gradients = grad(
    total,
    network.params.map(({ leaf }) => leaf),
  );
  const carry = [...update(spec, gradients), ...traced.updates];
  if (spec.guard === undefined) return { fetch: { loss: total, ...fetch }, carry };
  const values = { total, gradients, updates: traced.updates.map(([, next]) => next) };
  const found = spec.guard === 'ordinary' ? largeIn(network, values) : faultsIn(carry, values);
  return {
    fetch: { loss: total, faults: found, ...fetch },
    carry: carry.map(([leaf, next]) => [leaf, where(found, leaf, next)] as const),
  };
}

interface StepValues {
  readonly total: Tensor;
  readonly gradients: readonly Tensor[];
  /** Next running statistics. */
  readonly updates: readonly Tensor[];
}

function largeIn({ params }: Network, { total, gradients, updates }: StepValues): Tensor {
  const looked = [total, ...gradients, ...params.map(({ leaf }) => leaf), ...updates];
  return faults(looked, ORDINARY_EXPONENT);
}

function faultsIn(carry: Carry, { total, gradients }: StepValues): Tensor {
  // A square of a gradient may be beyond float32, and freeze its weight for good, where the gradient is not.
  const left = where(faults(carry.map(([, next]) => next)), FAULTS.outcome, 0);
  return where(faults([total, ...gradients]), FAULTS.gradient, left);
}

function inputLeaf(i: number, shape: Shape, batch: number, data: StepSpec['stored']): Tensor {
  const name = LEAVES.input(i);
  return data === undefined ? fed(name, [batch, ...shape]) : storedRows(name, shape, data);
}

/** The rows of a batch out of a stored tensor, where `shape` is that of a row. */
export function storedRows(
  name: string,
  shape: Shape,
  { rows, index }: NonNullable<StepSpec['stored']>,
): Tensor {
  return gather(stored(name, [rows, ...shape]), index);
}

type Carry = readonly (readonly [Tensor, Tensor])[];

function update(spec: StepSpec, gradients: readonly Tensor[]): Carry {
  const {
    network: { params },
    optimizer,
    owner = '',
  } = spec;
  if (optimizer.accumulate === 1)
    return applyRule(params, clipGradients(gradients, optimizer), optimizer, owner);
  // Every step runs the same graph; `apply` is 1 in the last of each group of batches and lets the update through.
  const apply = fed(LEAVES.apply, []);
  const sums = params.map(({ path, shape }) => stored(LEAVES.state(owner, ACCUMULATOR, path), shape));
  const totals = gradients.map((g, i) => add(sums[i]!, g));
  const means = totals.map((total) => div(total, optimizer.accumulate));
  const carry = applyRule(params, clipGradients(means, optimizer), optimizer, owner);
  return [
    ...carry.map(([leaf, next]) => [leaf, where(apply, next, leaf)] as const),
    ...sums.map((sum, i) => [sum, where(apply, constant(0), totals[i]!)] as const),
  ];
}

/**
 * The update of a last group of batches that is not full, as a step of its own: without a batch, from the sum of the
 * gradients that are there, divided by the batches in it.
 */
export function traceRest({ params }: Network, optimizer: Optimizer, owner = ''): Graph {
  const batches = fed(LEAVES.batches, []);
  const means = params.map(({ path, shape }) =>
    div(stored(LEAVES.state(owner, ACCUMULATOR, path), shape), batches),
  );
  return { fetch: {}, carry: applyRule(params, clipGradients(means, optimizer), optimizer, owner) };
}

function applyRule(
  params: readonly Param[],
  gradients: readonly Tensor[],
  optimizer: Optimizer,
  owner: string,
): Carry {
  const scalars = Object.fromEntries(
    Object.keys(optimizer.scalars(1, 1)).map((name) => [name, fed(LEAVES.scalar(name), [])]),
  );
  return params.flatMap(({ path, shape, leaf }, i) => {
    const state = Object.fromEntries(
      Object.keys(optimizer.state).map((slot) => [slot, stored(LEAVES.state(owner, slot, path), shape)]),
    );
    const next = optimizer.update(leaf, wholeShape(gradients[i]!, shape), state, scalars);
    const slots = Object.entries(next.state).map(([slot, value]) => [state[slot]!, value] as const);
    return [[leaf, next.param] as const, ...slots];
  });
}

function wholeShape(gradient: Tensor, shape: Shape): Tensor {
  return sameShape(gradient.shape, shape) ? gradient : expand(gradient, shape);
}
