import { OptionError } from '../base/errors.ts';
import { withPath } from '../ir/scope.ts';
import type { Tensor } from '../ir/tensor.ts';
import { constant } from '../ir/tensor.ts';
import { add, expand, mul, reshape, sub, sum, sumTo } from '../ops/index.ts';
import { Block } from './block.ts';
import { byAll, type Weigh } from './lrp-rules.ts';
import { type Applied, linearIn, type Parts, refuseOp, Varying } from './varying.ts';

/** Where what arrived at an output went. */
export interface Relevance {
  /** To the elements of the leaf, in its shape. */
  readonly values: Tensor;
  /** To the layers' own numbers, and what no contribution took, `[rows]`. */
  readonly kept: Tensor;
}

/**
 * Relevance of a leaf `x` of rows for what arrives at `y`: from the output back, each layer shares what it got among
 * what contributed to it. Graph in, graph out.
 */
export function relevance(
  y: Tensor,
  x: Tensor,
  arriving: Tensor,
  ruleOf: (path: string) => Weigh,
): Relevance {
  const graph = new Varying(y, x);
  const arrived = new Map<Tensor, Tensor>([[graph.y, arriving]]);
  const kept: Tensor[] = [];
  refuseHeld(graph);
  for (const tensor of graph.order.toReversed()) {
    const share = arrived.get(tensor);
    const applied = graph.applied(tensor);
    if (share === undefined || applied === undefined) continue;
    const step = withPath(tensor.path, () => passBack(applied, share, graph, ruleOf(tensor.path)));
    kept.push(...step.kept);
    for (const [input, part] of step.parts) {
      const sofar = arrived.get(input);
      arrived.set(input, sofar === undefined ? part : add(sofar, part));
    }
  }
  const nothing = expand(constant(0), x.shape);
  const rows = x.shape[0]!;
  const byRow = kept.map((one) => sum(reshape(one, [rows, -1]), { axis: 1 }));
  return { values: arrived.get(x) ?? nothing, kept: byRow.reduce(add, expand(constant(0), [rows])) };
}

/** What is held is a shift that nothing depends on; as a contribution it would keep what it has no part in. */
function refuseHeld({ order }: Varying): void {
  for (const y of order) {
    if (y.origin.kind !== 'op' || y.origin.op.held !== true) continue;
    throw new OptionError(`lrp: there is no rule for the op ${y.origin.op.name}`, {
      at: y.path || undefined,
      hint: 'a softmax cannot be handed back; explain the logits before it, or use deepLift',
    });
  }
}

interface Step {
  readonly parts: Parts;
  readonly kept: readonly Tensor[];
}

function passBack(applied: Applied, share: Tensor, graph: Varying, rule: Weigh): Step {
  const { op, names, x } = applied;
  if (linearIn(applied, names)) return through(new Block(graph, applied), share, rule);
  // A function of one number hands on what it got.
  const root = graph.rootOf(applied.y);
  if (root !== undefined) return { parts: [[root, sumTo(share, root.shape)]], kept: [] };
  // Of a quotient the divisor counts as fixed; factors that both vary get half each.
  const groups = (op.linear ?? []).filter((group) => group.some((name) => names.includes(name)));
  if (groups.length === 0) return refuseOp('lrp', applied);
  const steps = groups.map((group) => {
    const contributing = names.filter((name) => group.includes(name));
    const held = { ...applied, names: contributing, varying: contributing.map((name) => x[name]!) };
    return through(new Block(graph, held), mul(1 / groups.length, share), rule);
  });
  return { parts: steps.flatMap(({ parts }) => parts), kept: steps.flatMap(({ kept }) => kept) };
}

/** Shares what arrived at the end of a block among what contributed to it. */
function through(block: Block, share: Tensor, rule: Weigh): Step {
  const weigh = block.mixes ? rule : byAll(0);
  const { plus, minus } = weigh(share, block);
  const { parts, own } = block.shares(plus, minus);
  const given = [plus === minus ? mul(block.y, plus) : mul(block.signed.plus, plus)];
  if (minus !== undefined && plus !== minus) given.push(mul(block.signed.minus, minus));
  return { parts, kept: [...own, given.reduce(sub, share)] };
}
