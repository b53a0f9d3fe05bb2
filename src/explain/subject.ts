import { describe } from '../base/describe.ts';
import { DataError, OptionError, ShapeError } from '../base/errors.ts';
import { choose, didYouMean } from '../base/options.ts';
import { type Shape, showShape, sizeOf } from '../base/shape.ts';
import { Table } from '../data/table.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { logitsOf } from '../ops/index.ts';
import { type Inputs, readInputsOfBuilt } from '../train/dataset.ts';
import type { Model } from '../train/model.ts';
import type { RowObject } from '../train/predict.ts';
import { type Session, sessionOf } from '../train/session.ts';
import type { ExplainOptions, Target } from './options.ts';
import { Passes } from './passes.ts';

/** What can be explained: rows of numbers, a table, or rows as users write them. */
export type Explained = Inputs | Table | RowObject | readonly RowObject[];

const OUTPUTS: Readonly<Record<'logit' | 'probability', true>> = { logit: true, probability: true };

/** What is asked: a model, rows, and which of its outputs. Everything is checked. */
export class Subject {
  readonly session: Session;
  /** The rows, behind each other. */
  readonly x: Float32Array;
  readonly rows: number;
  /** Shape of a row, and its numbers. */
  readonly shape: Shape;
  readonly width: number;
  /** Numbers that the model gives for a row. */
  readonly outputs: number;
  readonly output: 'logit' | 'probability';
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  /** The rows as they were given, where they have names. */
  readonly original: readonly RowObject[] | undefined;
  readonly passes: Passes;
  readonly #wanted: ExplainOptions['target'];

  /**
   * @throws {OptionError} for what is no model, a model of several inputs or outputs, and targets that do not exist.
   * @throws {ShapeError | DataError} for rows that the model cannot take.
   */
  constructor(where: string, model: Model, inputs: Explained, options: ExplainOptions) {
    this.session = sessionOf(where, model);
    const { network, prepare } = this.session;
    if (network.inputShapes.length !== 1 || network.outputShapes.length !== 1)
      throw new OptionError(`${where}: the model must have one input and one output`);
    const { x, original } = readRows(where, this.session, inputs);
    const { output = 'logit', target, featureNames } = options;
    choose(`${where}: output`, output, OUTPUTS);
    this.x = x.data as Float32Array;
    this.rows = x.shape[0]!;
    this.shape = network.inputShapes[0]!;
    this.width = sizeOf(this.shape);
    this.outputs = sizeOf(network.outputShapes[0]!);
    this.output = output;
    this.original = original;
    this.featureNames = namesFor(where, featureNames ?? prepare?.features, this.width, 'x');
    this.outputNames = namesFor(where, classNames(prepare?.classes, this.outputs), this.outputs, 'y');
    this.#wanted = target;
    this.#checkTargets(where);
    this.passes = new Passes(this.session, options);
  }

  /**
   * Other rows of the same model, as the explained ones may be given.
   *
   * @throws {ShapeError | DataError} for rows that the model cannot take.
   */
  read(where: string, inputs: Explained): Float32Array {
    return readRows(where, this.session, inputs).x.data as Float32Array;
  }

  /** Whether values get a trailing axis of outputs. */
  get all(): boolean {
    return this.#wanted === 'all';
  }

  /** Stands for what {@link scores} traces. */
  get key(): string {
    return `${this.output} ${this.session.loss?.name ?? ''}`;
  }

  /** The shape of what a method gives: that of the rows, and an axis of outputs where all are explained. */
  get valuesShape(): Shape {
    return [this.rows, ...this.shape, ...(this.all ? [this.outputs] : [])];
  }

  /** The model's scores for a batch `[n, …shape]`, as graph: `[n, outputs]`, logits or probabilities. */
  scores(x: Tensor): Tensor {
    const { network, loss } = this.session;
    const [y] = network.trace([x], false).outputs;
    if (this.output === 'logit') return logitsOf(y!)?.logits ?? y!;
    return loss === undefined || logitsOf(y!) !== undefined ? y! : loss.prediction(y!);
  }

  /** Whether it is known what the probabilities are: by the end of the model, or by the loss of its last training. */
  get hasProbabilities(): boolean {
    const { network, loss } = this.session;
    if (loss !== undefined && loss.task !== 'values') return true;
    return logitsOf(network.trace([fed('x', [1, ...this.shape])], false).outputs[0]!) !== undefined;
  }

  /** The output that is explained for each row, given the scores of the rows; with `'all'` the predicted one. */
  targets(scores: ArrayLike<number>): Int32Array {
    const wanted = this.#wanted ?? 'predicted';
    if (Array.isArray(wanted)) return Int32Array.from(wanted, (one: Target) => this.#number(one)!);
    if (wanted !== 'predicted' && wanted !== 'all')
      return new Int32Array(this.rows).fill(this.#number(wanted as Target)!);
    return Int32Array.from({ length: this.rows }, (_, i) => largest(scores, i * this.outputs, this.outputs));
  }

  #number(target: Target): number | undefined {
    const number = typeof target === 'string' ? this.outputNames.indexOf(target) : target;
    return Number.isInteger(number) && number >= 0 && number < this.outputs ? number : undefined;
  }

  #checkTargets(where: string): void {
    const wanted = this.#wanted;
    if (wanted === undefined || wanted === 'predicted' || wanted === 'all') return;
    const list = Array.isArray(wanted) ? (wanted as readonly Target[]) : [wanted as Target];
    if (Array.isArray(wanted) && list.length !== this.rows) {
      throw new OptionError(`${where}: target has ${list.length} entries for ${this.rows} rows`);
    }
    for (const one of list) {
      if (this.#number(one) !== undefined) continue;
      throw new OptionError(`${where}: there is no output ${describe(one)}`, {
        known: this.outputNames.join(', '),
        hint:
          typeof one === 'string'
            ? didYouMean(one, this.outputNames)
            : `a number from 0 to ${this.outputs - 1}`,
      });
    }
  }
}

function readRows(where: string, session: Session, inputs: Explained) {
  const { prepare } = session;
  const named = inputs instanceof Table || isNamed(inputs);
  if (!named) return { x: readInputsOfBuilt(session, inputs as Inputs)[0]!, original: undefined };
  if (prepare === undefined) {
    throw new DataError(
      `${where}: the model has no preprocessing, so it takes numbers, not rows with names`,
      {
        hint: 'sequential(layers, { prepare: columns({ … }).fit(train) })',
      },
    );
  }
  const encoded =
    inputs instanceof Table ? prepare.inputs(inputs) : prepare.transformRow(inputs as RowObject);
  const original = inputs instanceof Table ? rowsOf(inputs) : ([inputs].flat() as RowObject[]);
  return { x: readInputsOfBuilt(session, encoded)[0]!, original };
}

function rowsOf(table: Table): RowObject[] {
  return table.toRows();
}

/** A row as users write it, or several. */
function isNamed(inputs: unknown): boolean {
  const one: unknown = Array.isArray(inputs) ? inputs[0] : inputs;
  if (typeof one !== 'object' || one === null || Array.isArray(one) || ArrayBuffer.isView(one)) return false;
  return !('data' in one && 'shape' in one);
}

function namesFor(
  where: string,
  given: readonly string[] | undefined,
  count: number,
  stem: string,
): readonly string[] {
  if (given === undefined) return Array.from({ length: count }, (_, i) => `${stem}${i}`);
  if (Array.isArray(given) && given.length === count && given.every((name) => typeof name === 'string'))
    return [...given];
  throw new ShapeError(`${where}: names must be ${count} strings`, { got: showShape([given.length]) });
}

/** Classes as outputs: one each, or of two classes the second alone. */
function classNames(classes: readonly string[] = [], outputs: number): readonly string[] | undefined {
  if (classes.length === outputs && outputs > 0) return classes;
  return classes.length === 2 && outputs === 1 ? [classes[1]!] : undefined;
}

/** Position of the largest of some numbers, counted from the first of them. */
function largest(numbers: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let i = 1; i < count; i++) if (numbers[from + i]! > numbers[from + best]!) best = i;
  return best;
}
