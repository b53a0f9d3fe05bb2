import { OptionError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';
import { heatmap } from '../plot/heatmap.ts';
import type { ResultOptions } from '../plot/results/result.ts';
import type { Callback, Run } from '../train/callback.ts';
import { Model } from '../train/model.ts';
import type { Explanation } from './explanation.ts';
import { checkOneOutput, type OneOutputOptions, valuesOf } from './judged.ts';
import { readOptions } from './options.ts';
import { playersOf } from './ranking.ts';
import { inputXGradient } from './saliency.ts';
import { type Method, methodOf } from './sensitivity.ts';
import { type Explained, Subject } from './subject.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link attributionLog}. */
export interface AttributionLogOptions extends Pick<OneOutputOptions, 'target' | 'output'> {
  /** The rows that are explained each time: some hundred say enough. */
  readonly rows: Explained;
  /** Epochs between two looks; the first is before the training, and the last epoch is never left out. Default 1. */
  readonly every?: number;
  /** Default `inputXGradient`. One that draws numbers is given its seed here, and draws the same each time. */
  readonly method?: Method;
}

/** How much each input weighs after an epoch. */
export interface AttributionEpoch {
  /** 0 is before the training. */
  readonly epoch: number;
  /** Mean size of the attributions of each column over the rows. */
  readonly importance: readonly number[];
}

/** The importance of inputs over the last run, as plain data. */
export interface AttributionLog extends Callback, Pictured<ResultOptions> {
  /** Original columns of a model with preprocessing, else inputs. */
  readonly columns: readonly string[];
  readonly epochs: readonly AttributionEpoch[];
}

/**
 * Records how the importance of inputs moves while a model is trained: when did it begin to use a column? A callback for
 * `fit`. It stands here rather than in `glia/callbacks`, since training knows nothing of explanation.
 *
 * | name                     | shape                                   |
 * | ------------------------ | --------------------------------------- |
 * | `rows`                   | `[n, …input]`, a table, or rows by name |
 * | `epochs[i].importance`   | `[columns]`                             |
 *
 * Units: those of the output. The training takes the same steps, bit for bit, as without it. Cost: a run of the method over
 * the rows each time; the run waits for it.
 *
 * @throws {OptionError} for unknown options, and what is no method.
 * @throws {ShapeError | DataError} at the start of the run, for rows that the model cannot take.
 * @example
 * const log = attributionLog({ rows: xTest, every: 5 });
 * await model.fit(x, y, { loss: 'mse', epochs: 50, callbacks: [log] });
 * log.epochs.map(({ epoch, importance }) => [epoch, importance[0]]);
 */
export function attributionLog(given: AttributionLogOptions): AttributionLog {
  const options = readOptions('attributionLog', given, ['rows', 'every', 'method', 'target', 'output']);
  const { rows, every = 1, method = inputXGradient, ...asked } = options;
  if (rows === undefined) {
    throw new OptionError('attributionLog: rows are missing', { hint: 'attributionLog({ rows: xTest })' });
  }
  checkNumber('attributionLog', 'every', every, { least: 1, whole: true });
  const explain = methodOf('attributionLog', method);
  checkOneOutput('attributionLog', asked);
  const columns: string[] = [];
  const epochs: AttributionEpoch[] = [];
  // By run, since the rows as numbers are those of its model.
  const subjects = new WeakMap<Run, Subject>();
  const look = async (run: Run, epoch: number): Promise<void> => {
    const subject = subjects.get(run)!;
    const x = { data: subject.x, shape: [subject.rows, ...subject.shape] };
    const explanation = await explain(new Model(run.session), x, asked);
    epochs.push({ epoch, importance: importanceOf(subject, explanation) });
  };
  const result: Plain<AttributionLog> = {
    name: 'attributionLog',
    columns,
    epochs,
    async onBegin(run) {
      const subject = new Subject('attributionLog', new Model(run.session), rows, asked);
      subjects.set(run, subject);
      const groups = run.session.prepare?.groups.filter(({ outputs }) => outputs.length > 0);
      columns.splice(0, columns.length, ...(groups?.map(({ column }) => column) ?? subject.featureNames));
      epochs.length = 0;
      await look(run, 0);
    },
    async onEpoch({ logs: { epoch } }, run) {
      if (epoch % every === 0 || epoch === run.epochs) await look(run, epoch);
    },
  };
  return withPicture(result, heatmap);
}

/** Mean size of what falls to each column. */
function importanceOf(subject: Subject, explanation: Explanation): number[] {
  const { rows, width } = subject;
  const values = valuesOf(explanation);
  return playersOf(subject).map((positions) => {
    let sum = 0;
    for (let row = 0; row < rows; row++)
      sum += Math.abs(positions.reduce((total, j) => total + values[row * width + j]!, 0));
    return sum / rows;
  });
}
