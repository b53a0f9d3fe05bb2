import { ShapeError } from '../base/errors.ts';
import { type Shape, sameShape } from '../base/shape.ts';
import type { Attr } from '../ir/attr.ts';
import { byName, encodeAttrs } from '../ir/op.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Graph } from './graph.ts';
import { toposort } from './toposort.ts';

/**
 * Whether each row of what a graph hands out follows from the same row of what it is fed alone, so that rows may be
 * added to a batch and cut off again. Rows stand along the first axis of fed leaves.
 *
 * The graph is traced for two and for three rows, and both are compared: what depends on rows must have one axis for
 * them, the first, and each op must pass on a third row of its inputs as a third row of its output. A reduction over
 * rows, a product of rows with each other, a row taken by its number, or a number that counts rows does not. False may
 * also mean that nothing is known.
 */
export function isRowwise(trace: (rows: number) => Graph): boolean {
  const [two, three] = [2, 3].map((rows) => tried(() => toposort(Object.values(trace(rows).fetch))));
  if (two === undefined || three === undefined) return false;
  if (two.length !== three.length) return false;
  const other = new Map(two.map((tensor, i) => [tensor, three[i]!]));
  const rows = new Set<Tensor>();
  for (const tensor of two) {
    if (!sameOrigin(tensor, other)) return false;
    const { origin } = tensor;
    const depends =
      origin.kind === 'op'
        ? origin.inputs.some((input) => rows.has(input))
        : origin.kind === 'leaf' && origin.role === 'fed' && tensor.shape.length > 0;
    if (!depends) continue;
    if (!growsByRow(tensor.shape, other.get(tensor)!.shape) || !passesRows(tensor, other, rows)) return false;
    rows.add(tensor);
  }
  return true;
}

/** `[2, …]` and `[3, …]`. */
function growsByRow(two: Shape, three: Shape): boolean {
  return two[0] === 2 && three[0] === 3 && sameShape(two.slice(1), three.slice(1));
}

/** Whether both are made in the same way; only lists, such as shapes, may know how many rows there are. */
function sameOrigin(tensor: Tensor, other: ReadonlyMap<Tensor, Tensor>): boolean {
  const [a, b] = [tensor.origin, other.get(tensor)!.origin];
  if (a.kind === 'constant') return b.kind === 'constant' && Object.is(a.value, b.value);
  if (a.kind === 'leaf') return b.kind === 'leaf' && a.role === b.role && a.name === b.name;
  if (b.kind !== 'op' || a.op !== b.op || a.inputs.length !== b.inputs.length) return false;
  const [numbers, others] = [a.attrs, b.attrs].map((attrs) => encodeAttrs(withoutLists(attrs)));
  return (
    numbers!.every((value, i) => Object.is(value, others![i])) &&
    a.inputs.every((input, i) => other.get(input) === b.inputs[i])
  );
}

function withoutLists(attrs: Readonly<Record<string, Attr>>): Record<string, Attr> {
  return Object.fromEntries(Object.entries(attrs).filter(([, value]) => typeof value !== 'object'));
}

/** Whether an op's third row of output comes of the third row of those inputs that have rows, and of each of them. */
function passesRows(tensor: Tensor, other: ReadonlyMap<Tensor, Tensor>, rows: ReadonlySet<Tensor>): boolean {
  const { origin, shape } = tensor;
  const { origin: larger, shape: wanted } = other.get(tensor)!;
  if (origin.kind !== 'op' || larger.kind !== 'op') return true;
  const { op, inputs, attrs } = origin;
  const own = inputs.filter((input) => rows.has(input));
  // Broadcasting lines up last axes.
  if (op.map !== undefined) return own.every((input) => input.shape.length === shape.length);
  const shapeOf = (grown: (input: Tensor) => boolean, given = attrs): Shape | undefined => {
    const shapes = inputs.map((input) => (grown(input) ? other.get(input)! : input).shape);
    return tried(() => op.shape(byName(op, shapes), given, refuse));
  };
  const together = shapeOf((input) => rows.has(input), larger.attrs);
  if (together === undefined || !sameShape(together, wanted)) return false;
  // Of several, one that can have more rows than the output, as a table that is looked up, is not read row by row.
  if (own.length === 1) return true;
  return own.every((one) => {
    const alone = shapeOf((input) => input === one);
    return alone === undefined || !sameShape(alone, shape);
  });
}

function refuse(why: string): never {
  throw new ShapeError(why);
}

/** Users' layers and losses may refuse so few rows, and op shapes what they are tried with. */
function tried<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch {
    return undefined;
  }
}
