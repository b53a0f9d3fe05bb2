import { largest } from '../base/order.ts';
import { toposort } from '../compile/toposort.ts';
import { inputsOf, type Tensor } from '../ir/tensor.ts';
import { sub } from '../ops/index.ts';

/**
 * How a value depends on points of a straight line: `bent`, linear in pieces, or `flat`, constant in pieces; nothing is
 * said of what does not depend on them.
 */
type Course = 'bent' | 'flat';

/** What an op of inputs that depend on the line makes of them; the bends are where a tensor passes zero. */
interface Rule {
  readonly course: Course;
  readonly bends?: readonly Tensor[];
}

/** A rule for the inputs of an op, of which `bent` are; nothing where the result is not linear in pieces. */
type RuleOf = (inputs: readonly Tensor[], bent: (x: Tensor) => boolean) => Rule | undefined;

const linear: RuleOf = () => ({ course: 'bent' });
const product: RuleOf = (inputs, bent) => (inputs.every(bent) ? undefined : { course: 'bent' });
const quotient: RuleOf = ([, b], bent) => (bent(b!) ? undefined : { course: 'bent' });
const choice: RuleOf = ([condition], bent) => (bent(condition!) ? undefined : { course: 'bent' });
const bendsAtZero: RuleOf = ([x]) => ({ course: 'bent', bends: [x!] });
const bendsWhereEqual: RuleOf = ([a, b]) => ({ course: 'bent', bends: [sub(a!, b!)] });
const stepsAtZero: RuleOf = ([x]) => ({ course: 'flat', bends: [x!] });
const stepsWhereEqual: RuleOf = ([a, b]) => ({ course: 'flat', bends: [sub(a!, b!)] });

/** Ops that keep what is linear in pieces so; of all others nothing is known. */
const RULES: ReadonlyMap<string, RuleOf> = new Map(
  Object.entries({
    ...{ add: linear, sub: linear, neg: linear, sum: linear, meanOver: linear, expand: linear },
    ...{ reshape: linear, transpose: linear, slice: linear, pad: linear, concat: linear, gather: linear },
    ...{ mul: product, matmul: product, div: quotient, where: choice },
    ...{ relu: bendsAtZero, abs: bendsAtZero, maximum: bendsWhereEqual, minimum: bendsWhereEqual },
    ...{ sign: stepsAtZero, greater: stepsWhereEqual, equal: stepsWhereEqual },
  }),
);

/** Where a graph bends, if it is linear in pieces. */
export interface Kinks {
  /**
   * Tensors that bend the graph where an element of theirs passes zero. Those of a level are linear between the bends of
   * the levels before it.
   */
  readonly levels: readonly (readonly Tensor[])[];
  /** Values that are not known to be linear in pieces, each the first on its way; empty where all are. */
  readonly others: readonly Tensor[];
}

/** Where `y` bends as `x` moves along a straight line. */
export function findKinks(y: Tensor, x: Tensor): Kinks {
  const known = new Map<Tensor, { course: Course; level: number }>([[x, { course: 'bent', level: 0 }]]);
  const levels: Tensor[][] = [];
  const others: Tensor[] = [];
  const isBent = (tensor: Tensor): boolean => known.get(tensor)?.course === 'bent';
  for (const tensor of toposort([y])) {
    const { origin } = tensor;
    const moving = inputsOf(tensor).flatMap((input) => known.get(input) ?? []);
    if (origin.kind !== 'op' || moving.length === 0) continue;
    const level = largest(moving.map((input) => input.level));
    const flat = moving.every(({ course }) => course === 'flat');
    const rule: Rule | undefined = flat
      ? { course: 'flat' }
      : RULES.get(origin.op.name)?.(origin.inputs, isBent);
    if (rule === undefined) others.push(tensor);
    const { course = 'bent', bends = [] } = rule ?? {};
    if (bends.length > 0) levels[level] = [...(levels[level] ?? []), ...bends];
    known.set(tensor, { course, level: bends.length > 0 ? level + 1 : level });
  }
  return { levels, others };
}
