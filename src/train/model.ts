import { checkList, isA, readGiven } from '../base/check.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import type { Shape } from '../base/shape.ts';
import type { Data } from '../data/matrix.ts';
import { Prepared } from '../data/prepared.ts';
import { Table } from '../data/table.ts';
import type { Tensor } from '../ir/tensor.ts';
import { between, chain, input, type Layer, type Node } from '../nn/index.ts';
import { nodesOf } from '../nn/layer.ts';
import { add, square, sum } from '../ops/index.ts';
import type { Inputs } from './dataset.ts';
import type { Logs } from './evaluate.ts';
import { type EvaluateOptions, evaluateModel } from './evaluate-model.ts';
import { type FitOptions, fitModel } from './fit.ts';
import type { History } from './history.ts';
import {
  type Named,
  type Outputs,
  type ProbabilityOptions,
  predictNamed,
  predictProbabilities,
  predictSync,
  predictValues,
  type RowObject,
  type RowPrediction,
} from './predict.ts';
import { saveModel } from './save.ts';
import { type ModelOptions, Session, type Weight } from './session.ts';
import { type Summary, summarize } from './summary.ts';
import type { Values } from './values.ts';

/**
 * A network with its weights: trained by `fit`, asked by `predict`, measured by `evaluate`. Made by `sequential`,
 * `model` or `load`. Its memory belongs to it and is freed with it; nothing needs to be disposed of. `Out` is what it
 * puts out for arrays: `Values`, or `Values[]` of a functional model with several outputs.
 *
 * @example
 * const net = sequential([dense(8, { activation: 'tanh' }), dense(1, { activation: 'sigmoid' })], { seed: 42 });
 */
export class Model<Out extends Outputs = Values> {
  /** The state behind the model, for `trainStep` and other functions of the library. */
  readonly session: Session;

  /** Use `sequential`, `model` or `load`. */
  constructor(session: Session) {
    this.session = session;
  }

  /**
   * Trains on arrays, or on a table through the model's preprocessing.
   *
   * | name | shape                                                     |
   * | ---- | --------------------------------------------------------- |
   * | `x`  | `[n, …]`, or an array of such for several inputs          |
   * | `y`  | what the loss takes: labels `[n]`, or the output's shape  |
   *
   * The event loop stays free on the native backend. A second call goes on from the present weights with a fresh
   * optimizer.
   *
   * @throws {ShapeError | DataError | OptionError} before the first step, saying what was wanted and what came.
   * @throws {NumericError} when the loss or a weight becomes NaN or infinite; the model then has the last weights, of
   * those kept every few epochs, that gave a finite loss.
   * @example
   * const history = await net.fit(x, y, { loss: 'binaryCrossentropy', epochs: 500, learningRate: 0.05 });
   */
  fit(table: Table, options: FitOptions): Promise<History>;
  fit(x: Inputs, y: Data, options: FitOptions): Promise<History>;
  async fit(x: Inputs | Table, ...rest: readonly unknown[]): Promise<History> {
    const [y, options] = (isA(x, Table) ? [undefined, rest[0]] : rest) as [Data | undefined, FitOptions];
    if (typeof options !== 'object' || options === null) {
      throw new OptionError('fit: options are missing', {
        hint: "fit(x, y, { loss: 'mse' }) or fit(table, { … })",
      });
    }
    return fitModel(this.session, x, y, options);
  }

  /**
   * Loss and metrics on other data, in inference mode. The loss is that of the last `fit`, or the one given.
   *
   * @throws {OptionError} when there was no `fit` and no loss is given.
   * @example
   * const { loss, accuracy } = await net.evaluate(xTest, yTest, { metrics: ['accuracy'] });
   */
  evaluate(table: Table, options?: EvaluateOptions): Promise<Logs>;
  evaluate(x: Inputs, y: Data, options?: EvaluateOptions): Promise<Logs>;
  async evaluate(x: Inputs | Table, ...rest: readonly unknown[]): Promise<Logs> {
    const [y, options] = (isA(x, Table) ? [undefined, rest[0]] : rest) as [
      Data | undefined,
      EvaluateOptions?,
    ];
    return evaluateModel(this.session, x, y, options);
  }

  /**
   * Outputs for new rows. Arrays give numbers as the network puts them out, whatever they are: NaN and infinities too,
   * and of a target that was scaled the scaled numbers. A table, a row object or several give, by the model's
   * preprocessing, classes with names and probabilities, or values in the units of the target. A model with several
   * outputs gives all of them in their order, as the network puts them out.
   *
   * @throws {ShapeError | DataError} for rows that the model cannot take.
   * @throws {NumericError} for rows by name of which the model gives what is not finite, naming the row.
   * @example
   * (await net.predict([[0, 1]])).toArray();
   * await churn.predict({ age: 41, plan: 'basic' }); // { class: 'yes', probabilities: { no: 0.2, yes: 0.8 } }
   */
  predict(rows: Table | readonly RowObject[]): Promise<Named<Out, RowPrediction[]>>;
  predict(x: Inputs): Promise<Out>;
  predict(row: RowObject): Promise<Named<Out, RowPrediction>>;
  async predict(input: Inputs | Table | RowObject | readonly RowObject[]): Promise<unknown> {
    if (isA(input, Table) || readGiven('predict: rows', () => isRowList(input)))
      return predictNamed(this.session, input as Table | readonly RowObject[]);
    if (readGiven('predict: rows', () => isRow(input))) {
      const said = await predictNamed(this.session, [input as RowObject]);
      return this.#several ? said : said[0]!;
    }
    return this.#each(await predictValues(this.session, input as Inputs));
  }

  /**
   * Probabilities of the model's output, in the order of the classes. Whether it holds them already or logits is told by
   * the end of the model, else by the loss that it was trained with by `fit` or `trainStep`, else by the classes of its
   * preprocessing; `link` says it where these do not. Loaded, a model says what it said when it was saved.
   *
   * @throws {ShapeError | DataError} for rows that the model cannot take.
   * @throws {OptionError} where nothing says how the output becomes probabilities, as after a loss of one's own.
   * @throws {NumericError} for an output that is not finite, naming its row.
   * @example
   * const p = await net.predictProbabilities(x);
   * await net.predictProbabilities(x, { link: 'softmax' });
   */
  async predictProbabilities(x: Inputs, options: ProbabilityOptions = {}): Promise<Out> {
    return this.#each(await predictProbabilities(this.session, x, options));
  }

  /**
   * Every output in their order as a list, of a model with one output too.
   *
   * @throws {ShapeError | DataError} for rows that the model cannot take.
   * @example
   * const [digit, parity] = await net.predictAll(x);
   */
  predictAll(x: Inputs): Promise<Values[]> {
    return predictValues(this.session, x);
  }

  /**
   * As `predict` for arrays, at once on this thread: for tiny networks. Blocks the event loop meanwhile.
   *
   * @throws {ShapeError | DataError} for rows that the model cannot take.
   * @throws {GliaError} `ERR_GLIA_STATE` while other calls on this model are in flight.
   * @example
   * net.predictSync([[0, 1]]).data[0];
   */
  predictSync(x: Inputs): Out {
    return this.#each(predictSync(this.session, x));
  }

  /**
   * Layers, shapes, parameters, bytes and FLOP.
   *
   * @throws {GliaError} when the shape of the input is not known yet.
   * @example
   * console.log(String(net.summary()));
   */
  summary(): Summary {
    return summarize(this.session.network);
  }

  /**
   * Sum of the squares of all weights with two or more axes (not of biases), as graph: for a loss of one's own.
   *
   * @throws {GliaError} when the shape of the input is not known yet.
   * @example
   * loss: (logits, target) => ops.add(ops.mean(ops.softmaxCrossEntropy(logits, target)), ops.scale(net.l2(), 1e-4))
   */
  l2(): Tensor {
    const weights = this.session.network.params.filter(({ shape }) => shape.length > 1);
    if (weights.length === 0) throw new OptionError('the model has no weights with two axes to penalise');
    return weights.map(({ leaf }) => sum(square(leaf))).reduce((a, b) => add(a, b));
  }

  /**
   * Copies of all parameters and carried states by path, such as `dense1.weight`.
   *
   * @throws {GliaError} when the shape of the input is not known yet.
   * @example
   * const { 'dense1.weight': w } = await net.weights();
   */
  weights(): Promise<Record<string, Weight>> {
    return this.session.readWeights();
  }

  /**
   * Overwrites all parameters and states; nothing is written unless everything fits.
   *
   * @throws {DataError | ShapeError} for missing, unknown or misshapen tensors.
   * @example
   * await copy.setWeights(await net.weights());
   */
  setWeights(weights: Readonly<Record<string, Weight>>): Promise<void> {
    return this.session.writeWeights(weights);
  }

  /**
   * Writes the model as a folder, `model.json` and `weights.safetensors`, switched in by one rename.
   *
   * @throws {FileError} when the folder cannot be written; what was there before is then still whole.
   * @throws {OptionError} when a custom layer has no `kind` to save it by.
   * @example
   * await net.save('churn.glia');
   */
  save(path: string): Promise<void> {
    return saveModel(this.session, path);
  }

  get #several(): boolean {
    return this.session.wiring.outputs.length > 1;
  }

  /** All outputs, or the only one. */
  #each(outputs: Values[]): Out {
    return (this.#several ? outputs : outputs[0]!) as Out;
  }
}

function isRow(input: unknown): input is RowObject {
  return (
    typeof input === 'object' &&
    input !== null &&
    !Array.isArray(input) &&
    !ArrayBuffer.isView(input) &&
    !('data' in input && 'shape' in input)
  );
}

function isRowList(input: unknown): input is readonly RowObject[] {
  return Array.isArray(input) && input.length > 0 && isRow(input[0]) && input.every(isRow);
}

/** Options of {@link sequential}. */
export interface SequentialOptions extends ModelOptions {
  /** Shape of a row, such as `[64]`; without it the first `fit` takes it from the data. */
  readonly inputShape?: Shape;
}

/**
 * A model whose layers stand behind each other.
 *
 * @throws {OptionError} for an empty list, what is no layer, unknown options or layer names that collide.
 * @throws {ShapeError} when `inputShape` is not a list of positive integers, or a layer refuses it.
 * @example
 * const net = sequential([dense(64, { activation: 'relu' }), dropout(0.2), dense(10)], { seed: 7 });
 */
export function sequential(layers: readonly Layer[], options: SequentialOptions = {}): Model {
  const own = checkOptions('sequential', options, ['inputShape', 'seed', 'prepare', 'backend', 'threads']);
  const list = checkList('sequential', 'layers', layers, 'a list of layers') as Layer[];
  if (list.length === 0) throw new OptionError('sequential: there are no layers');
  const { inputShape, ...rest } = own;
  const given = inputShape === undefined ? undefined : input(inputShape).shape;
  const width = given ?? (isA(own.prepare, Prepared) ? [own.prepare.width] : undefined);
  return new Model(new Session(chain(list, width), rest));
}

/**
 * A functional model: everything between some inputs and outputs.
 *
 * Predictions are `Values`, or `Values[]` in the order of the outputs where there are several.
 *
 * @throws {OptionError} when an output depends on an input that is not listed.
 * @example
 * const x = input([30]);
 * const h = dense(64, { activation: 'relu' }).call(x);
 * const net = model({ inputs: x, outputs: dense(2).call(add().call(h, dense(64).call(x))) });
 */
export function model(definition: Definition<Node | readonly [Node]>): Model;
export function model(definition: Definition<readonly [Node, Node, ...Node[]]>): Model<Values[]>;
export function model(definition: Definition<Node | readonly Node[]>): Model<Outputs>;
export function model(definition: Definition<Node | readonly Node[]>): Model<Outputs> {
  const { inputs, outputs, ...options } = checkOptions('model', definition, [
    'inputs',
    'outputs',
    'seed',
    'prepare',
    'backend',
    'threads',
  ]);
  const wiring = between(nodesOf('model: inputs', inputs), nodesOf('model: outputs', outputs));
  return new Model(new Session(wiring, options));
}

/** Everything between some inputs and outputs. */
type Definition<Ends> = { readonly inputs: Node | readonly Node[]; readonly outputs: Ends } & ModelOptions;
