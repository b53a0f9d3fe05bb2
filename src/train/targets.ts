import { DataError, OptionError, ShapeError } from '../base/errors.ts';
import { type Shape, sameShape, showShape } from '../base/shape.ts';
import { toLabels } from '../data/index.ts';
import type { Loss, TargetSpec } from '../loss/index.ts';
import type { Network } from '../nn/index.ts';
import type { Rows } from './rows.ts';

/** Targets, checked against the output that they are compared with. */
export interface Targets {
  readonly y: Rows;
  /** Targets are class indices. */
  readonly labels: boolean;
  readonly classes: number | undefined;
  /** A label that leaves its row out. */
  readonly ignoreIndex: number | undefined;
  /** What numbers must be. */
  readonly wants?: Wants | undefined;
}

/**
 * Targets as the loss takes them.
 *
 * @throws {ShapeError} when no shape that the loss takes is theirs.
 * @throws {DataError} for a label that is no class, or a number that the loss is not defined for.
 * @throws {OptionError} when the model has several outputs.
 */
export function readTargets(
  { outputShapes, calls }: Network,
  loss: Loss,
  given: Rows,
  fromTable: boolean,
): Targets {
  if (outputShapes.length !== 1) {
    throw new OptionError(`fit and evaluate need a model with one output, this has ${outputShapes.length}`, {
      hint: 'trainStep takes a loss of several outputs',
    });
  }
  const came = fromTable && loss.task === 'binary' ? asColumn(given) : given;
  const output = [came.shape[0]!, ...outputShapes[0]!];
  const specs = loss.targets(output);
  const spec = specs.find((one) => sameShape(one.shape, came.shape));
  if (spec === undefined && specs.length > 0) {
    throw new ShapeError(`${loss.name}: targets do not fit the output`, {
      at: calls.at(-1)?.name,
      output: showShape(output),
      y: showShape(came.shape),
      wanted: specs.map(({ kind, shape }) => `${showShape(shape)} ${kind}`).join(' or '),
      hint: hintFor(output, came, specs, fromTable),
    });
  }
  if (spec?.kind === 'labels') return { ...readLabels(came, spec), labels: true, classes: spec.classes };
  if (spec?.wants !== undefined) checkNumbers(loss.name, came, spec.wants);
  const asGiven = spec === undefined && came.data instanceof Int32Array;
  const y = asGiven ? came : { data: new Float32Array(came.data), shape: came.shape };
  const classes = loss.task === 'classes' ? output.at(-1) : undefined;
  return { y, labels: false, classes, ignoreIndex: undefined, wants: spec?.wants };
}

export type Wants = NonNullable<TargetSpec['wants']>;

const WANTED: Readonly<Record<Wants, string>> = {
  share: 'a number in [0, 1]',
  side: '-1 or 1',
  distribution: 'numbers of at least 0 that add up to 1',
};

/** Numbers outside of what a loss is defined for would train, and mean nothing. */
function checkNumbers(name: string, { data, shape }: Rows, wants: Wants): void {
  const at = firstUnwanted(data, shape, wants);
  if (at < 0) return;
  const row = Math.floor(at / Math.max(1, data.length / shape[0]!));
  throw new DataError(`${name}: a target is not ${WANTED[wants]}`, {
    row,
    got: Array.from(data.subarray(at, at + Math.min(stride(shape, wants), 8))).join(', '),
    hint: wants === 'side' ? 'y.map(([yes]) => [yes ? 1 : -1])' : undefined,
  });
}

/** Whether all numbers are such as a loss is defined for. */
export function areWanted(data: Rows['data'], shape: Shape, wants: Wants): boolean {
  return firstUnwanted(data, shape, wants) < 0;
}

function firstUnwanted(data: Rows['data'], shape: Shape, wants: Wants): number {
  const width = stride(shape, wants);
  for (let at = 0; at < data.length; at += width) if (!isWanted(data, at, width, wants)) return at;
  return -1;
}

/** Numbers that are looked at together. */
function stride(shape: Shape, wants: Wants): number {
  return wants === 'distribution' ? shape.at(-1)! : 1;
}

function isWanted(data: Rows['data'], at: number, width: number, wants: Wants): boolean {
  const first = data[at]!;
  if (wants === 'share') return first >= 0 && first <= 1;
  if (wants === 'side') return Math.abs(first) === 1;
  let sum = 0;
  for (let i = at; i < at + width; i++) {
    if (data[i]! < 0) return false;
    sum += data[i]!;
  }
  // float32 shares of a thousand classes are off by less than this in sum.
  return Math.abs(sum - 1) < 1e-3;
}

/** Labels of two classes as the probabilities that a single output is compared with. */
function asColumn({ data, shape }: Rows): Rows {
  return data instanceof Int32Array && shape.length === 1
    ? { data: new Float32Array(data), shape: [shape[0]!, 1] }
    : { data, shape };
}

/** Labels of any shape: one a row, or one for each place of a row. */
function labelsOf(
  { data, shape }: { data: Rows['data'] | number[]; shape: Shape },
  classes?: number,
): Int32Array {
  if (shape.length === 1) return toLabels({ data, shape }, classes);
  const last = (classes ?? 2 ** 24 + 1) - 1;
  const odd = data.findIndex((label) => !(Number.isInteger(label) && label >= 0 && label <= last));
  if (odd < 0) return Int32Array.from(data);
  const path = pathOf(odd, shape);
  throw new DataError(`y${path.map((i) => `[${i}]`).join('')} is ${data[odd]}, not a label`, {
    row: path[0],
    wanted: `a whole number from 0 to ${last}`,
  });
}

function pathOf(at: number, shape: Shape): number[] {
  let rest = at;
  return shape
    .toReversed()
    .map((size) => {
      const i = rest % size;
      rest = Math.floor(rest / size);
      return i;
    })
    .reverse();
}

function readLabels(
  { data, shape }: Rows,
  { classes, ignoreIndex }: TargetSpec,
): Pick<Targets, 'y' | 'ignoreIndex'> {
  if (ignoreIndex === undefined)
    return { y: { data: labelsOf({ data, shape }, classes), shape }, ignoreIndex };
  // Ignored rows may hold a label outside of the classes, so that only the others are checked.
  const counted = Array.from(data, (label) => (label === ignoreIndex ? 0 : label));
  const labels = labelsOf({ data: counted, shape }, classes);
  return {
    y: { data: labels.map((label, i) => (data[i] === ignoreIndex ? ignoreIndex : label)), shape },
    ignoreIndex,
  };
}

function hintFor(
  output: Shape,
  { data, shape }: Rows,
  specs: readonly TargetSpec[],
  fromTable: boolean,
): string {
  if (fromTable && data instanceof Int32Array) {
    return "the target is encoded as labels; for numbers, columns({ target: { of, encode: 'none' } })";
  }
  if (output.length === 2 && output[1] === 1 && shape.length === 1) {
    return `give a column: y.map((value) => [value]), or { data: y, shape: [${shape[0]}, 1] }`;
  }
  const labels = specs.some(({ kind }) => kind === 'labels');
  return labels && shape.length === 2 && shape[1] === 1
    ? 'give labels as [n], not as a column'
    : 'a loss never broadcasts';
}
