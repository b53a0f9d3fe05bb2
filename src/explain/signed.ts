import { constant, type Tensor } from '../ir/tensor.ts';
import { add, expand, relu, sub } from '../ops/index.ts';
import { type Applied, again } from './varying.ts';

/** What adds up to a tensor, apart by sign. */
export interface Signed {
  readonly plus: Tensor;
  readonly minus: Tensor;
}

/** By the names of an op's inputs. */
export type Members<T> = Readonly<Record<string, T>>;

/** The op of these members of its inputs, and of the other inputs as they are. */
export function withMembers(applied: Applied, members: Members<Tensor>): Tensor {
  return again(applied, (x, name) => members[name] ?? x);
}

/** The contributions to an op's output, apart by sign, from those to its inputs. */
export function split(applied: Applied, members: Members<Signed>): Signed {
  const terms = applied.op.map === undefined ? termsOf(applied, members) : oneByOne(applied, members);
  const sum = (sign: keyof Signed): Tensor => terms.map((term) => term[sign]).reduce((a, b) => add(a, b));
  return { plus: sum('plus'), minus: sum('minus') };
}

/** Of an elementwise op each input's contribution is computed with the others at 0, and has the sign that it has. */
function oneByOne(applied: Applied, members: Members<Signed>): Signed[] {
  const nothing = Object.fromEntries(
    Object.keys(members).map((name) => [name, expand(constant(0), members[name]!.plus.shape)]),
  );
  return Object.entries(members).flatMap(([name, { plus, minus }]) =>
    [plus, minus].map((part) => {
      const y = withMembers(applied, { ...nothing, [name]: part });
      const above = relu(y);
      return { plus: above, minus: sub(y, above) };
    }),
  );
}

/** Of other ops the sign of a contribution is that of the product of its factors. */
function termsOf(applied: Applied, members: Members<Signed>): Signed[] {
  const { op, x } = applied;
  const all = (sign: keyof Signed): Members<Tensor> =>
    Object.fromEntries(Object.entries(members).map(([name, signed]) => [name, signed[sign]]));
  const [plus, minus] = [all('plus'), all('minus')];
  const factor = op.inputs.find((name) => !(name in members) && x[name]!.dtype === 'f32');
  if (factor === undefined) return [{ plus: withMembers(applied, plus), minus: withMembers(applied, minus) }];
  const above = relu(x[factor]!);
  const below = sub(x[factor]!, above);
  const product = (part: Members<Tensor>, by: Tensor): Tensor =>
    withMembers(applied, { ...part, [factor]: by });
  return [
    { plus: product(plus, above), minus: product(plus, below) },
    { plus: product(minus, below), minus: product(minus, above) },
  ];
}
