import type { Shape } from '../../src/base/shape.ts';
import type { OpEntry, Sample } from '../../src/ir/op.ts';

type Shapes = Readonly<Record<string, Shape>>;

/** The sample's shapes with one of them changed: a dimension more or less, longer, shorter, empty, or none at all. */
export function changedShapes(op: OpEntry, { shapes }: Sample): Shapes[] {
  return op.inputs.flatMap((name) => {
    const shape = shapes[name]!;
    const longer = shape.map((_, axis) => shape.map((dim, i) => (i === axis ? dim + 1 : dim)));
    const empty = shape.map((_, axis) => shape.map((dim, i) => (i === axis ? 0 : dim)));
    const others: Shape[] = [[], [7], [7, ...shape], [...shape, 7], shape.slice(1), shape.slice(0, -1)];
    return [...others, ...longer, ...empty].map((changed) => ({ ...shapes, [name]: changed }));
  });
}
