import { oneOrMore } from '../base/check.ts';
import { OptionError } from '../base/errors.ts';
import { choose } from '../base/options.ts';
import { sameShape, showShape, sizeOf } from '../base/shape.ts';
import type { Tensor } from '../ir/tensor.ts';
import { boundsOf } from '../loss/bounds.ts';
import type { Loss } from '../loss/index.ts';
import { linkOf } from '../loss/logits.ts';
import { sigmoid, softmax } from '../ops/index.ts';
import type { Metric, Predictions, Targets, Task } from './metrics/metric.ts';
import type { Session } from './session.ts';

/**
 * How outputs become probabilities: `'softmax'`, shares of classes that add up to 1; `'sigmoid'`, each a probability by
 * itself; `'none'`, they are probabilities already.
 */
export type LinkName = 'softmax' | 'sigmoid' | 'none';

const LINKS: Readonly<Record<LinkName, true>> = { softmax: true, sigmoid: true, none: true };

let losses = 0;
const numbers = new WeakMap<Loss, number>();

/**
 * What the only output of a model means to its user: the scale of the response, in the words of generalized linear
 * models (McCullagh and Nelder, 1989), where the network computes on that of the linear predictor. This is the one
 * place where outputs become probabilities of classes, or values in the units of the target; `predict`, metrics and
 * explanations all ask it.
 *
 * How an output becomes probabilities is told by the first of these that says something: the graph, where the output is
 * a softmax or a sigmoid or cannot leave [0, 1]; a loss of probabilities, which is saved with the model; the classes of
 * the preprocessing, a softmax of several outputs and a sigmoid of one. A loss of values and a function say nothing.
 */
export class ResponseScale {
  /** What metrics see: a loss of probabilities or of values says it, beside a function the classes do. */
  readonly task: Task;
  /** Names of the classes that the outputs stand for: one each, or of two classes the second alone. None: not known. */
  readonly classes: readonly string[];
  /** The column that a value is in units of; undefined for all but the numeric target of the preprocessing. */
  readonly unit: string | undefined;
  /** A value in units is `output · scale + shift`. */
  readonly scale: number;
  readonly shift: number;
  readonly #loss: Loss | undefined;

  /** Of a model's output as a loss sees it, by default the one that the model was last trained with. */
  constructor(session: Session, loss: Loss | undefined = session.loss) {
    const { prepare } = session;
    const [shape, ...more] = session.isBuilt ? session.network.outputShapes : [];
    const width = shape === undefined || more.length > 0 ? 0 : sizeOf(shape);
    const classes = prepare?.classes ?? [];
    this.classes = shape?.length === 1 && standFor(classes, width) ? classes : [];
    const numeric = width === 1 && prepare?.target?.encode === 'none' ? prepare.target : undefined;
    this.unit = numeric?.column;
    this.scale = numeric?.scale ?? 1;
    this.shift = numeric?.shift ?? 0;
    const known = this.classes.length === 0 ? 'values' : width === 1 ? 'binary' : 'classes';
    this.task = loss === undefined || isFunction(loss) ? known : loss.task;
    this.#loss = loss;
  }

  /** Stands for what {@link trace} does, among programs of one model. */
  get key(): string {
    const loss = this.#loss;
    if (loss === undefined || loss.task === 'values') return '';
    if (loss.config !== undefined) return `${loss.name} ${JSON.stringify(loss.config)}`;
    const number = numbers.get(loss) ?? losses++;
    numbers.set(loss, number);
    return `${loss.name} ${number}`;
  }

  /** The probabilities that an output means, as graph; undefined where nothing says that it means any. */
  probabilities(output: Tensor): Tensor | undefined {
    if (linkOf(output) !== undefined) return output;
    const [low, high] = boundsOf(output);
    if (low >= 0 && high <= 1) return output;
    const loss = this.#loss;
    if (loss !== undefined && loss.task !== 'values') return loss.prediction(output);
    if (this.classes.length === 0) return undefined;
    return output.shape.at(-1) === 1 ? sigmoid(output) : softmax(output);
  }

  /** What is read of an output, as graph: probabilities, or the output itself, whose units {@link inUnits} gives back. */
  trace(output: Tensor): Tensor {
    return this.probabilities(output) ?? output;
  }

  /** What metrics see of an output, as graph: values under a loss of values, else what is read. */
  measured(output: Tensor): Tensor {
    return this.task === 'values' ? output : this.trace(output);
  }

  /** Outputs, or targets as the network is trained on, in the units of the target column: float64. Others as they are. */
  inUnits<T extends Targets>(values: T): T | (Targets & { readonly data: Float64Array }) {
    const { unit, scale, shift } = this;
    if (unit === undefined || (scale === 1 && shift === 0)) return values;
    return { data: Float64Array.from(values.data, (value) => value * scale + shift), shape: values.shape };
  }

  /** The numbers of metrics for predictions as {@link measured} shows them, against targets as the network is trained on. */
  measure(
    metrics: readonly Metric[],
    predictions: Predictions,
    { y, truth, ignoreIndex }: Measured,
  ): number[] {
    if (metrics.length === 0) return [];
    const { task } = this;
    // Labels of two classes stand beside one output.
    const column = task === 'binary' && y.shape.length === 1 && predictions.shape.length === 2;
    const targets = column ? { data: y.data, shape: [y.shape[0]!, 1] } : y;
    const fits = sameShape(targets.shape, predictions.shape);
    const [said, wanted] = fits
      ? [this.inUnits(predictions), truth ?? this.inUnits(targets)]
      : [predictions, targets];
    return metrics.map((metric) => metric.of(said, wanted, { task, ignoreIndex }));
  }
}

/** What predictions are measured against. */
export interface Measured {
  readonly y: Targets;
  /** The targets in units as they were before float32, where they are known. */
  readonly truth?: Targets | undefined;
  readonly ignoreIndex: number | undefined;
}

/** A loss of the program's own says nothing of what it compares. */
function isFunction({ task, config }: Loss): boolean {
  return task === 'values' && config === undefined;
}

/** Whether so many outputs stand for the classes: one each, or of two classes the second alone. */
export function standFor(classes: readonly string[], outputs: number): boolean {
  return classes.length > 0 && (classes.length === outputs || (classes.length === 2 && outputs === 1));
}

/**
 * A link for each output, by one name or a list of them.
 *
 * @throws {OptionError} for a link that does not exist, and a list of another length.
 */
export function checkLinks(where: string, link: unknown, outputs: number): readonly LinkName[] {
  const isName = typeof link === 'string';
  const links = isName ? new Array<unknown>(outputs).fill(link) : oneOrMore(where, 'link', link);
  if (links.length !== outputs)
    throw new OptionError(`${where}: ${links.length} links for ${outputs} outputs`);
  return Array.from(links, (one) => {
    choose(`${where}: link`, one as LinkName, LINKS);
    return one as LinkName;
  });
}

/**
 * Probabilities of an output by a link that is named.
 *
 * @throws {OptionError} for another link than the output is seen to have, and one that says nothing of it.
 */
export function withLink(where: string, output: Tensor, link: LinkName): Tensor {
  const found = linkOf(output)?.link;
  if (link === 'none' || found === link) return output;
  const facts = { at: output.path || undefined, output: showShape(output.shape) };
  if (found !== undefined)
    throw new OptionError(`${where}: link is ${link}, but the output is a ${found}`, facts);
  if (link === 'softmax' && output.shape.at(-1) === 1) {
    const hint = "link: 'sigmoid'";
    throw new OptionError(`${where}: the softmax of one output is always 1`, { ...facts, hint });
  }
  return link === 'softmax' ? softmax(output) : sigmoid(output);
}
