import { OptionError } from '../base/errors.ts';
import { rewrite } from '../compile/rewrite.ts';
import { toposort } from '../compile/toposort.ts';
import { apply, byName, type OpEntry } from '../ir/op.ts';
import { type Application, inputsOf, type Tensor } from '../ir/tensor.ts';

/** Shares of what arrives at a tensor, for tensors that it is computed from. */
export type Parts = readonly (readonly [x: Tensor, part: Tensor])[];

/** A tensor that an op makes of something that varies. */
export interface Applied {
  readonly y: Tensor;
  readonly op: OpEntry;
  readonly attrs: Application['attrs'];
  readonly x: Readonly<Record<string, Tensor>>;
  /** Names of the inputs that vary. */
  readonly names: readonly string[];
  /** These inputs, each once. */
  readonly varying: readonly Tensor[];
}

/** Which tensors of a graph vary with one of its leaves; all others are the same for every row. */
export class Varying {
  /** What it ends in, out of ops that have rules. */
  readonly y: Tensor;
  /** Everything that `y` is computed from, inputs before what is computed from them. */
  readonly order: readonly Tensor[];
  readonly #varying: Set<Tensor>;

  constructor(y: Tensor, leaf: Tensor) {
    this.y = rewrite([y], inParts)[0]!;
    this.order = toposort([this.y]);
    this.#varying = new Set([leaf]);
    for (const tensor of this.order) if (this.#varies(tensor)) this.#varying.add(tensor);
  }

  has(x: Tensor): boolean {
    return this.#varying.has(x);
  }

  #varies(y: Tensor): boolean {
    const held = y.origin.kind === 'op' && y.origin.op.held === true;
    return !held && inputsOf(y).some((input) => this.has(input));
  }

  /** How a tensor comes from what varies; nothing for leaves and for what does not. */
  applied(y: Tensor): Applied | undefined {
    if (y.origin.kind !== 'op' || !this.has(y)) return undefined;
    const { op, inputs, attrs } = y.origin;
    const x = byName(op, inputs);
    const names = op.inputs.filter((name) => this.has(x[name]!));
    return { y, op, attrs, x, names, varying: [...new Set(names.map((name) => x[name]!))] };
  }

  /**
   * The nearest tensor that alone decides `y` by way of elementwise ops, element by element: of a GELU out of many ops,
   * what it is the GELU of.
   */
  rootOf(y: Tensor): Tensor | undefined {
    const open = new Set([y]);
    while (open.size > 1 || open.has(y)) {
      // The newest, so that nothing is computed from it that is still open.
      const newest = [...open].reduce((a, b) => (a.id > b.id ? a : b));
      const applied = this.applied(newest);
      if (applied?.op.map === undefined) return undefined;
      open.delete(newest);
      for (const input of applied.varying) open.add(input);
    }
    return [...open][0];
  }
}

function inParts(tensor: Tensor): Tensor {
  if (tensor.origin.kind !== 'op') return tensor;
  const { op, inputs, attrs } = tensor.origin;
  return op.parts?.(byName(op, inputs), attrs) ?? tensor;
}

/** The group of inputs in which the op is linear and that has all of `names`. */
export function linearIn({ op }: Applied, names: readonly string[]): readonly string[] | undefined {
  return op.linear?.find((group) => names.every((name) => group.includes(name)));
}

/** The same op of other inputs. */
export function again({ op, x, attrs }: Applied, inputOf: (x: Tensor, name: string) => Tensor): Tensor {
  return apply(
    op,
    op.inputs.map((name) => inputOf(x[name]!, name)),
    attrs,
  );
}

/** Shares of the inputs that vary, by their names; an input that stands twice gets both. */
export function partsOf({ x, names }: Applied, parts: Readonly<Record<string, Tensor | undefined>>): Parts {
  return names.flatMap((name) => (parts[name] === undefined ? [] : [[x[name]!, parts[name]!] as const]));
}

/** Stops at an op that a method has no rule for. */
export function refuseOp(method: string, { y, op, names }: Applied): never {
  throw new OptionError(`${method}: there is no rule for the op ${op.name} of ${names.join(' and ')}`, {
    at: y.path || undefined,
    hint: 'integratedGradients and shap take any model',
  });
}
