import { sameShape } from '../base/shape.ts';
import { grad } from '../compile/autodiff.ts';
import { toposort } from '../compile/toposort.ts';
import { fed, inputsOf, type Tensor } from '../ir/tensor.ts';
import { addOp, mulOp } from '../ops/arithmetic.ts';
import { add, expand, matmul, mul, square, sum } from '../ops/index.ts';
import { matmulOp } from '../ops/matmul.ts';
import { sliceRows } from '../train/rows.ts';
import type { Session } from '../train/session.ts';
import { LEAVES } from '../train/step.ts';
import type { Labelled } from './labelled.ts';

/** A batch whose losses have gradients: `side` keeps the leaves of two batches of one graph apart. */
export interface Batch {
  readonly labelled: Labelled;
  readonly rows: number;
  readonly side: string;
}

/** The arrays of some rows of a batch. */
export function feedsOf({ labelled: { data }, side }: Omit<Batch, 'rows'>, from: number, count: number) {
  const inputs = data.x.map(
    (x, i) => [`${LEAVES.input(i)}${side}`, sliceRows(x, from, from + count)] as const,
  );
  return { ...Object.fromEntries(inputs), [`y${side}`]: sliceRows(data.y, from, from + count) };
}

/** The sum of the losses of a batch's rows, in inference mode; undefined for a loss that reduces several by itself. */
function totalLoss(
  { network }: Session,
  { labelled: { loss, data }, rows, side }: Batch,
): Tensor | undefined {
  const inputs = network.inputShapes.map((shape, i) => fed(`${LEAVES.input(i)}${side}`, [rows, ...shape]));
  const integer = data.labels || data.y.data instanceof Int32Array;
  const target = fed(`y${side}`, [rows, ...data.y.shape.slice(1)], integer ? 'i32' : 'f32');
  const { loss: each, weight } = loss.rows(network.trace(inputs, false).outputs[0]!, target);
  if (each.shape.length === 0) return rows === 1 ? each : undefined;
  return sum(weight === undefined ? each : mul(weight, each));
}

/** Gradients of the loss of a single row, one for each parameter, in the parameter's shape. */
export function gradientsOfRow(session: Session, batch: Omit<Batch, 'rows'>): Record<string, Tensor> {
  const { params } = session.network;
  const total = totalLoss(session, { ...batch, rows: 1 })!;
  const gradients = grad(
    total,
    params.map(({ leaf }) => leaf),
  );
  return Object.fromEntries(params.map(({ shape }, i) => [`gradient${i}`, expand(gradients[i]!, shape)]));
}

/**
 * Where a parameter is used, and what its gradient for each row is made of: of a weight that rows are multiplied by, the
 * outer product of `delta`, what arrives at the product, and `rows`, what went into it; of what is added to rows or
 * multiplied with them, `delta` itself.
 */
interface Use {
  readonly param: Tensor;
  readonly delta: Tensor;
  readonly rows?: Tensor;
}

/**
 * The gradients of every row of a batch in factors, by the structure of the graph; undefined where a parameter is used
 * twice or in any other way.
 */
export function factorsOf(session: Session, batch: Batch): readonly Use[] | undefined {
  const total = totalLoss(session, batch);
  if (total === undefined) return undefined;
  const roots = new Map<Tensor, Tensor>(session.network.params.map(({ leaf }) => [leaf, leaf]));
  const users: Tensor[] = [];
  const used: Tensor[] = [];
  for (const tensor of toposort([total])) {
    const own = inputsOf(tensor).filter((one) => roots.has(one));
    if (own.length === 0) continue;
    // A parameter under another shape is the same numbers.
    if (tensor.origin.kind === 'op' && tensor.origin.op.view) roots.set(tensor, roots.get(own[0]!)!);
    else {
      users.push(tensor);
      used.push(...own.map((one) => roots.get(one)!));
    }
  }
  if (new Set(used).size !== used.length) return undefined;
  const deltas = grad(total, users);
  const uses = users.map((user, i) => useOf(user, deltas[i]!, roots, batch.rows));
  return uses.includes(undefined) ? undefined : (uses as Use[]);
}

function useOf(
  user: Tensor,
  delta: Tensor,
  owned: ReadonlyMap<Tensor, Tensor>,
  rows: number,
): Use | undefined {
  if (user.origin.kind !== 'op' || user.shape.length !== 2 || user.shape[0] !== rows) return undefined;
  const { op, inputs, attrs } = user.origin;
  const [a, b] = inputs as [Tensor, Tensor];
  if (inputs.length !== 2 || owned.has(a) === owned.has(b)) return undefined;
  const param = owned.get(a) ?? owned.get(b)!;
  if (op === matmulOp)
    return owned.has(b) && attrs['transA'] === false ? { param, delta, rows: a } : undefined;
  const [other, own] = owned.has(b) ? [a, b] : [b, a];
  // A parameter for each column, and nothing else that is spread out.
  if (!sameShape(own.shape, user.shape.slice(1)) || !sameShape(other.shape, user.shape)) return undefined;
  if (op === addOp) return { param, delta };
  return op === mulOp ? { param, delta: mul(delta, other) } : undefined;
}

/** Inner products of the gradients of all rows of one batch with those of another, `[rows of a, rows of b]`. */
export function products(a: readonly Use[], b: readonly Use[]): Tensor {
  const others = new Map(b.map((use) => [use.param, use]));
  // A weight and its bias have the same delta.
  const known = new Map<Tensor, Tensor>();
  const each = a.map(({ param, delta, rows }) => {
    const other = others.get(param)!;
    const product = known.get(delta) ?? matmul(delta, other.delta, { transB: true });
    known.set(delta, product);
    return rows === undefined ? product : mul(product, matmul(rows, other.rows!, { transB: true }));
  });
  return each.reduce((total, one) => add(total, one));
}

/** The squared norm of the gradient of each row, `[rows]`. */
export function squaredNorms(uses: readonly Use[]): Tensor {
  const norm = (x: Tensor): Tensor => sum(square(x), { axis: [1] });
  const each = uses.map(({ delta, rows }) =>
    rows === undefined ? norm(delta) : mul(norm(delta), norm(rows)),
  );
  return each.reduce((total, one) => add(total, one));
}
