import { grad } from '../compile/autodiff.ts';
import type { Tensor } from '../ir/tensor.ts';
import { add, detach, expand, mul, relu, sub } from '../ops/index.ts';
import { type Members, type Signed, split, withMembers } from './signed.ts';
import { type Applied, linearIn, type Parts, type Varying } from './varying.ts';

/** Where a block begins: with something that varies, or with a number of its own, such as a bias. */
interface Source {
  readonly of: Tensor;
  readonly varies: boolean;
  /** Its values, as a tensor that no gradient goes beyond. */
  readonly value: Tensor;
  readonly signed: Signed;
}

/**
 * The linear piece of a layer that ends in a tensor `y`: a product with its bias, a sum, a flattening. Each element of
 * `y` is a sum of contributions, one of each element that the block begins with.
 */
export class Block {
  readonly y: Tensor;
  /** Whether several contributions may meet in an element of `y`; else each comes from a single one. */
  readonly mixes: boolean;
  readonly #graph: Varying;
  readonly #end: Applied;
  readonly #sources = new Map<string, Source>();
  readonly #plain: Tensor;
  #signed: Signed | undefined;

  /** `end` has the names of the inputs that contribute; all others of its op count as fixed. */
  constructor(graph: Varying, end: Applied) {
    this.#graph = graph;
    this.#end = end;
    this.y = end.y;
    let mixes = false;
    this.#plain = this.#fold(
      new Map<Tensor, Tensor>(),
      ({ value }) => value,
      (applied, members) => {
        mixes ||= mixing(applied);
        return withMembers(applied, members);
      },
    );
    this.mixes = mixes;
  }

  /** Sums of the contributions above 0, and of those below. */
  get signed(): Signed {
    this.#signed ??= this.#fold(new Map<Tensor, Signed>(), ({ signed }) => signed, split);
    return this.#signed;
  }

  /**
   * What falls to each source when contributions count `plus` times where they are above 0 and `minus` times where they
   * are below (left out, not at all): to those that vary, and to the block's own numbers. Where both are one tensor,
   * contributions need not be told apart.
   */
  shares(
    plus: Tensor,
    minus: Tensor | undefined,
  ): { readonly parts: Parts; readonly own: readonly Tensor[] } {
    const sources = [...this.#sources.values()];
    const shares = plus === minus ? this.#together(sources, plus) : this.#apart(sources, plus, minus);
    const parts = sources.flatMap(({ of, varies }, i) => (varies ? [[of, shares[i]!] as const] : []));
    return { parts, own: shares.filter((_, i) => !sources[i]!.varies) };
  }

  #together(sources: readonly Source[], weight: Tensor): Tensor[] {
    const values = sources.map(({ value }) => value);
    return grad(this.#plain, values, weight).map((slope, i) => mul(values[i]!, slope));
  }

  #apart(sources: readonly Source[], plus: Tensor, minus: Tensor | undefined): Tensor[] {
    const parts = sources.flatMap(({ signed }) => [signed.plus, signed.minus]);
    const above = grad(this.signed.plus, parts, plus);
    const below = minus && grad(this.signed.minus, parts, minus);
    const shares = parts.map((part, i) => mul(part, below ? add(above[i]!, below[i]!) : above[i]!));
    return sources.map((_, i) => add(shares[2 * i]!, shares[2 * i + 1]!));
  }

  /** Goes through the block from its sources to `y`, with what stands for each tensor. */
  #fold<T>(
    known: Map<Tensor, T>,
    begin: (source: Source) => T,
    next: (applied: Applied, members: Members<T>) => T,
  ): T {
    const visit = (y: Tensor): T => {
      const applied = this.#inside(y);
      const value = known.get(y) ?? (applied ? next(applied, membersOf(applied)) : begin(this.#source(y)));
      known.set(y, value);
      return value;
    };
    const membersOf = (applied: Applied): Members<T> => {
      const { x, y, op, names } = applied;
      const member = (name: string): T =>
        names.includes(name) ? visit(x[name]!) : begin(this.#source(x[name]!, op.map && y.shape));
      return Object.fromEntries(linearIn(applied, names)!.map((name) => [name, member(name)]));
    };
    return visit(this.y);
  }

  /** How a tensor comes about, if that is within the block. */
  #inside(y: Tensor): Applied | undefined {
    if (y === this.y) return this.#end;
    const applied = this.#graph.applied(y);
    return applied && y.path === this.y.path && linearIn(applied, applied.names) ? applied : undefined;
  }

  #source(of: Tensor, shape = of.shape): Source {
    const key = `${of.id} ${shape}`;
    const known = this.#sources.get(key);
    if (known !== undefined) return known;
    const value = detach(expand(of, shape));
    const plus = relu(value);
    const signed = { plus: detach(plus), minus: detach(sub(value, plus)) };
    const source = { of, varies: this.#graph.has(of), value, signed };
    this.#sources.set(key, source);
    return source;
  }
}

/** Whether an element of the output may add up several numbers. What computes nothing only moves them. */
function mixing(applied: Applied): boolean {
  const { op, x, y, attrs, names } = applied;
  if (op.map !== undefined) return linearIn(applied, names)!.length > 1;
  const shapes = Object.fromEntries(Object.entries(x).map(([name, { shape }]) => [name, shape]));
  return op.flops(shapes, y.shape, attrs) > 0;
}
