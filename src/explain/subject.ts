import { isA, readGiven } from '../base/check.ts';
import { describe, describeList } from '../base/describe.ts';
import { DataError, NumericError, OptionError, ShapeError } from '../base/errors.ts';
import { choose, didYouMean } from '../base/options.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import { Table } from '../data/table.ts';
import { unknownText } from '../data/unknown.ts';
import { fed, type Tensor } from '../ir/tensor.ts';
import { linkOf } from '../loss/logits.ts';
import { mul } from '../ops/index.ts';
import { type Inputs, readInputsOfBuilt } from '../train/dataset.ts';
import type { Model } from '../train/model.ts';
import type { RowObject } from '../train/predict.ts';
import { ResponseScale } from '../train/response.ts';
import { type Session, sessionOf } from '../train/session.ts';
import type { ExplainOptions, OutputKind, Target } from './options.ts';
import { Passes } from './passes.ts';

/** What can be explained: rows of numbers, a table, or rows as users write them. */
export type Explained = Inputs | Table | RowObject | readonly RowObject[];

const OUTPUTS: Readonly<Record<OutputKind, true>> = { logit: true, probability: true, value: true };

/** Options of a subject. */
export interface SubjectOptions extends ExplainOptions {
  /** Explain the output as it is where there are no probabilities, rather than refuse. */
  readonly orElseOutput?: boolean;
}

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
  readonly output: OutputKind;
  /** What {@link scores} are measured in: what `output` says, or the column that the model predicts values of. */
  readonly unit: string;
  /** What lies between scores and values in units of that column; differences of scores are in its units already. */
  readonly shift: number;
  /** Whether the outputs are probabilities, or logits of which it is known how they become some. */
  readonly hasProbabilities: boolean;
  readonly featureNames: readonly string[];
  readonly outputNames: readonly string[];
  /** The rows as they were given, where they have names. */
  readonly original: readonly RowObject[] | undefined;
  /** What of the rows the model does not know: categories that training never saw. */
  readonly warnings: readonly string[];
  readonly passes: Passes;
  readonly #wanted: ExplainOptions['target'];
  readonly #response: ResponseScale;
  /** Whether scores are what the response scale makes of outputs, rather than what lies below a softmax or sigmoid. */
  readonly #linked: boolean;
  readonly #scale: number;

  /**
   * @throws {OptionError} for what is no model, a model of several inputs or outputs, and targets that do not exist.
   * @throws {ShapeError | DataError} for rows that the model cannot take.
   */
  constructor(where: string, model: Model, inputs: Explained, options: SubjectOptions) {
    this.session = sessionOf(where, model);
    const { network, prepare } = this.session;
    if (network.inputShapes.length !== 1 || network.outputShapes.length !== 1)
      throw new OptionError(`${where}: the model must have one input and one output`);
    const { x, original, warnings } = readRows(where, this.session, inputs);
    const { output = 'logit', target, featureNames } = options;
    choose(`${where}: output`, output, OUTPUTS);
    this.#response = new ResponseScale(this.session);
    this.x = x.data as Float32Array;
    this.rows = x.shape[0]!;
    this.shape = network.inputShapes[0]!;
    this.width = sizeOf(this.shape);
    this.outputs = sizeOf(network.outputShapes[0]!);
    const y = network.trace([fed('x', [1, ...this.shape])], false).outputs[0]!;
    const p = this.#response.probabilities(y);
    this.hasProbabilities = p !== undefined;
    if (output === 'probability' && p === undefined && options.orElseOutput !== true)
      throw noProbabilities(where, this.#response);
    const { unit, scale, shift } = this.#response;
    this.#linked =
      p !== undefined && (output === 'probability' || (output === 'value' && unit !== undefined));
    this.output = kindOf(this.#response, y, p, this.#linked);
    if (output === 'value' && this.output !== 'value')
      throw new OptionError(`${where}: the model gives probabilities, not values`);
    const inUnits = this.output === 'value' && unit !== undefined;
    this.unit = inUnits ? unit : this.output;
    this.#scale = inUnits ? scale : 1;
    this.shift = inUnits ? shift : 0;
    checkScale(where, this.unit, this.#scale);
    this.original = original;
    this.warnings = warnings;
    this.featureNames = namesFor(where, featureNames ?? prepare?.features, this.width, 'x');
    this.outputNames = namesFor(where, this.#outputNames(), this.outputs, 'y');
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
    return `${this.output} ${this.#linked ? this.#response.key : ''}`;
  }

  /** The shape of what a method gives: that of the rows, and an axis of outputs where all are explained. */
  get valuesShape(): Shape {
    return [this.rows, ...this.shape, ...(this.all ? [this.outputs] : [])];
  }

  /**
   * The model's scores for a batch `[n, …shape]`, as graph: `[n, outputs]`, logits, probabilities or values. Values are
   * scaled to the units of the target but for {@link shift}, under which float32 would lose what tells rows apart.
   */
  scores(x: Tensor): Tensor {
    return this.scoresIn(this.session.network.trace([x], false).outputs[0]!);
  }

  /** The same of an output that is traced already. */
  scoresIn(output: Tensor): Tensor {
    const said = this.#linked ? this.#response.trace(output) : (linkOf(output)?.logits ?? output);
    return this.#scale === 1 ? said : mul(said, this.#scale);
  }

  /** Names of the classes, each an output or the second alone, or of the column that is predicted. */
  #outputNames(): readonly string[] | undefined {
    const { classes, unit } = this.#response;
    if (unit !== undefined) return [unit];
    if (classes.length === 0) return undefined;
    return this.outputs === 1 ? [classes[1]!] : classes;
  }

  /** The output that is explained for each row, given the scores of the rows; with `'all'` the predicted one. */
  targets(scores: ArrayLike<number>): Int32Array {
    const wanted = this.#wanted ?? 'predicted';
    if (Array.isArray(wanted)) return Int32Array.from(wanted, (one: Target) => this.#number(one)!);
    if (wanted !== 'predicted' && wanted !== 'all')
      return new Int32Array(this.rows).fill(this.#number(wanted as Target)!);
    return Int32Array.from({ length: this.rows }, (_, i) => largest(scores, i, this.outputs));
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
  const named = isA(inputs, Table) || readGiven(where, () => isNamed(inputs));
  if (!named)
    return { x: readInputsOfBuilt(session, inputs as Inputs)[0]!, original: undefined, warnings: [] };
  if (prepare === undefined) {
    throw new DataError(
      `${where}: the model has no preprocessing, so it takes numbers, not rows with names`,
      {
        hint: 'sequential(layers, { prepare: columns({ … }).fit(train) })',
      },
    );
  }
  const encoded = isA(inputs, Table) ? prepare.inputs(inputs) : prepare.transformRow(inputs as RowObject);
  const original = isA(inputs, Table) ? rowsOf(inputs) : ([inputs].flat() as RowObject[]);
  const warnings = unknownText(encoded.unknown);
  return { x: readInputsOfBuilt(session, encoded)[0]!, original, warnings };
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
  throw new ShapeError(`${where}: names must be ${count} strings`, { got: describeList(given) });
}

/** What a model's scores are: logits where it is known that they are some, of values the values. */
function kindOf(
  { task, unit, classes }: ResponseScale,
  y: Tensor,
  p: Tensor | undefined,
  linked: boolean,
): OutputKind {
  if (p === undefined || (linked && unit !== undefined)) return 'value';
  if (linked) return 'probability';
  // Probabilities that no softmax or sigmoid made have no logits.
  if (p !== y || linkOf(y) !== undefined) return 'logit';
  return task === 'values' && classes.length === 0 ? 'value' : 'probability';
}

function noProbabilities(where: string, { unit }: ResponseScale): OptionError {
  if (unit !== undefined) {
    return new OptionError(`${where}: the model gives values of ${unit}, not probabilities`, {
      hint: 'leave output away: values are explained in their units',
    });
  }
  return new OptionError(`${where}: nothing says how the outputs of the model become probabilities`, {
    hint: 'end the model with a softmax or sigmoid: losses see the logits below; or explain the output as it is',
  });
}

/** Explanations are of float32. */
function checkScale(where: string, unit: string, scale: number): void {
  const held = Math.abs(Math.fround(scale));
  if (held >= SMALLEST && held < Number.POSITIVE_INFINITY) return;
  throw new NumericError(`${where}: float32 does not hold values of ${unit}`, {
    deviation: scale,
    hint: 'give the target in other units',
  });
}

/** About the smallest float32 that is not denormal. */
const SMALLEST = 1.2e-38;

/**
 * Position of the largest of some numbers, counted from the first of them. Minus infinity is the logit of a class that
 * cannot be.
 *
 * @throws {NumericError} when they say nothing, naming the row.
 */
function largest(numbers: ArrayLike<number>, row: number, count: number): number {
  const from = row * count;
  let best = 0;
  for (let i = 0; i < count; i++) {
    const number = numbers[from + i]!;
    if (Number.isNaN(number) || number === Number.POSITIVE_INFINITY) throw notFinite(number, row);
    if (number > numbers[from + best]!) best = i;
  }
  if (numbers[from + best] === Number.NEGATIVE_INFINITY) throw notFinite(numbers[from + best]!, row);
  return best;
}

function notFinite(number: number, row: number): NumericError {
  return new NumericError(`the model gives ${number} for row ${row}, which nothing explains`, {
    row,
    hint: 'numbers of this row may lie far from those of training; if other rows fail too, look for NaN in model.weights()',
  });
}
