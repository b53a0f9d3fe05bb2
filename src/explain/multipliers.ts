import { grad } from '../compile/autodiff.ts';
import { byName } from '../ir/op.ts';
import { withPath } from '../ir/scope.ts';
import { constant, type Tensor } from '../ir/tensor.ts';
import { abs, add, div, expand, greater, maximum, mul, sub, sumTo, where } from '../ops/index.ts';
import { type Applied, again, linearIn, type Parts, partsOf, refuseOp, Varying } from './varying.ts';

/**
 * Where an input differs from its reference by less, relative to the larger of 1 and itself, the slope is the derivative.
 * Below this, the secant of a smooth function would be off by more than 1 %, since float32 rounds its values to 6e-8. The
 * derivative is off where a kink lies in between; a sum then misses half the difference at most, 5e-6.
 */
const TINY = 1e-5;

/**
 * Multipliers of DeepLIFT: `m` with `Σ m · (x - x0) = Σ seed · (y - y0)` for each row, where `y0` is what `y` would be with
 * `x0` in the place of `x`. Graph in, graph out.
 */
export function multipliers(y: Tensor, x: Tensor, x0: Tensor, seed: Tensor): Tensor {
  const graph = new Varying(y, x);
  const twins = twinsIn(graph, x, x0);
  const arrived = new Map<Tensor, Tensor>([[graph.y, seed]]);
  for (const tensor of graph.order.toReversed()) {
    const dy = arrived.get(tensor);
    const applied = graph.applied(tensor);
    if (dy === undefined || applied === undefined) continue;
    for (const [input, part] of withPath(tensor.path, () => passBack(applied, dy, graph, twins))) {
      const sofar = arrived.get(input);
      arrived.set(input, sofar === undefined ? part : add(sofar, part));
    }
  }
  return arrived.get(x) ?? expand(constant(0), x.shape);
}

/** What a tensor that varies is for the reference. */
type Twin = (x: Tensor) => Tensor;

function twinsIn(graph: Varying, x: Tensor, x0: Tensor): Twin {
  const twins = new Map([[x, x0]]);
  const twin = (tensor: Tensor): Tensor => twins.get(tensor) ?? tensor;
  for (const tensor of graph.order) {
    const applied = graph.applied(tensor);
    if (applied)
      twins.set(
        tensor,
        withPath(tensor.path, () => again(applied, twin)),
      );
  }
  return twin;
}

/** Multipliers of what `y` is computed from. */
function passBack(applied: Applied, dy: Tensor, graph: Varying, twin: Twin): Parts {
  const { y, op, x, attrs, names, varying } = applied;
  if (linearIn(applied, names)) return partsOf(applied, op.grad!(x, y, dy, attrs));
  const root = graph.rootOf(y);
  if (root !== undefined) return [[root, ofOne(y, root, dy, twin)]];
  // A product: what each factor changes on the average of the other's two values.
  if (names.length === 2 && names.every((name) => linearIn(applied, [name]))) {
    const middle = op.inputs.map((name) => mul(0.5, add(x[name]!, twin(x[name]!))));
    return partsOf(applied, op.grad!(byName(op, middle), y, dy, attrs));
  }
  if (op.map !== undefined && varying.length === 2) return ofTwo(applied, dy, twin);
  return refuseOp('deepLift', applied);
}

/** The rescale rule, Δy / Δx, for a function of one number. */
function ofOne(y: Tensor, root: Tensor, dy: Tensor, twin: Twin): Tensor {
  const slope = (to: Tensor, from: Tensor): Tensor => grad(to, [from], dy)[0]!;
  const change = sumTo(mul(dy, sub(y, twin(y))), root.shape);
  return secant(change, root, twin(root), [slope(y, root), slope(twin(y), twin(root))]);
}

/** Shapley values of two players for a function of two numbers, as the library of Lundberg and Lee (2017) has it. */
function ofTwo(applied: Applied, dy: Tensor, twin: Twin): Parts {
  const { y, op, x, attrs, varying } = applied;
  const y0 = twin(y);
  const x0 = byName(
    op,
    op.inputs.map((name) => twin(x[name]!)),
  );
  const slopes = [op.grad?.(x, y, dy, attrs) ?? {}, op.grad?.(x0, y0, dy, attrs) ?? {}];
  return varying.map((input) => {
    const alone = again(applied, (one) => (one === input ? one : twin(one)));
    const without = again(applied, (one) => (one === input ? twin(one) : one));
    const change = mul(0.5, add(sub(alone, y0), sub(y, without)));
    const own = op.inputs.filter((name) => x[name] === input);
    const slope = slopes.flatMap((parts) => own.flatMap((name) => parts[name] ?? []));
    return [input, secant(sumTo(mul(dy, change), input.shape), input, twin(input), slope)];
  });
}

/** `change / (x - x0)`; where the difference is tiny, half the sum of the slopes at both ends. */
function secant(change: Tensor, x: Tensor, x0: Tensor, slopes: readonly Tensor[]): Tensor {
  const difference = sub(x, x0);
  const least = mul(TINY, maximum(1, abs(x)));
  const slope = mul(0.5, slopes.reduce(add, constant(0)));
  return where(greater(abs(difference), least), div(change, difference), slope);
}
