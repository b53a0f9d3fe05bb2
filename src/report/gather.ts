import type { Table } from '../data/index.ts';
import { type Calibration, calibration } from '../explain/calibration.ts';
import type { Explanation } from '../explain/explanation.ts';
import { type PermutationImportance, permutationImportance } from '../explain/permutation-importance.ts';
import { type Temperature, temperature } from '../explain/temperature.ts';
import type { NetworkData } from '../plot/network-data.ts';
import type { RowPrediction } from '../train/predict.ts';
import { type Budget, budgetFor } from './budget.ts';
import { drawnNetwork } from './drawn-network.ts';
import { asImage, findImage, type Image } from './image.ts';
import { type Leak, leaksIn } from './leaks.ts';
import { explainRows, type Mistake, mistakesIn } from './mistakes.ts';
import { sample } from './sample.ts';
import { type Judged, judgedRows, type ReportOptions, type ReportSubject } from './subject.ts';

const MOST_MISTAKES = 10;

/** All that a report says, as numbers. */
export interface Answers {
  readonly judged: Judged;
  readonly predictions: readonly RowPrediction[];
  readonly image: Image | undefined;
  readonly budget: Budget;
  /** Of a classification. */
  readonly calibration: Calibration | undefined;
  /** Of a classification with validation rows. */
  readonly temperature: Temperature | undefined;
  readonly shuffled: PermutationImportance;
  /** A sample of the judged rows, and what was compared with. */
  readonly sampled: Explanation;
  readonly background: Table;
  /** Mean size of the attributions of each original column, in the order of `columns`. */
  readonly columns: readonly string[];
  readonly sizes: readonly number[];
  readonly network: NetworkData | undefined;
  readonly mistakes: readonly Mistake[];
  /** How many mistakes there are in all. */
  readonly wrong: number;
  /** A row for each mistake; none where there is none. */
  readonly explained: Explanation | undefined;
  readonly leaks: readonly Leak[];
}

/** Asks the model all that a report says. The same seed gives the same answers. */
export async function gather(subject: ReportSubject, { signal }: ReportOptions): Promise<Answers> {
  const { model, parts, task, seed } = subject;
  const prepare = model.session.prepare!;
  const judged = judgedRows(parts);
  const { table } = judged;
  const stop = signal === undefined ? {} : { signal };
  const columns = prepare.groups.map(({ column }) => column);
  const image =
    subject.image === undefined
      ? findImage(prepare, parts.train)
      : asImage(prepare, parts.train, subject.image);
  const budget = budgetFor(model, columns.length);
  const predictions = await model.predict(table);
  const classes = task === 'classification';
  const wrong = mistakesIn(table, prepare.target!.column, predictions);
  const mistakes = wrong.slice(0, MOST_MISTAKES);
  const background = sample(parts.train, budget.background, seed, 'background');
  const asked = { background, seed, signal };
  const sampled = await explainRows(model, sample(table, budget.explained, seed, 'explained'), {
    ...asked,
    method: budget.method,
  });
  const sizes = meanSizes(sampled, columns);
  return {
    ...{
      judged,
      predictions,
      image,
      budget,
      columns,
      sizes,
      sampled,
      background,
      mistakes,
      wrong: wrong.length,
    },
    calibration: classes ? await calibration(model, table, stop) : undefined,
    temperature:
      classes && parts.validation.rows > 0 ? await temperature(model, parts.validation, stop) : undefined,
    shuffled: await permutationImportance(model, sample(table, budget.shuffled.rows, seed, 'shuffled'), {
      ...stop,
      nRepeats: budget.shuffled.repeats,
      seed,
    }),
    network: await drawnNetwork(model, prepare.features, outputsOf(subject), meanInputSizes(sampled)),
    explained:
      mistakes.length === 0
        ? undefined
        : await explainRows(model, table.take(mistakes.map(({ row }) => row)), {
            ...asked,
            method: image === undefined ? budget.method : 'integratedGradients',
          }),
    leaks: await leaksIn(parts, prepare.target!.column, seed, stop),
  };
}

function outputsOf({ model }: ReportSubject): readonly string[] {
  const { classes, target } = model.session.prepare!;
  return classes.length > 0 ? classes : [target!.column];
}

/** Mean size of what falls to each original column. */
function meanSizes(explanation: Explanation, columns: readonly string[]): number[] {
  const sums = new Map(columns.map((column) => [column, 0]));
  for (let row = 0; row < explanation.rows; row++) {
    for (const { feature, attribution } of explanation.top(undefined, row)) {
      sums.set(feature, sums.get(feature)! + Math.abs(attribution));
    }
  }
  return columns.map((column) => sums.get(column)! / explanation.rows);
}

/** Mean size of what falls to each input of the network. */
function meanInputSizes({ values, rows }: Explanation): Float64Array {
  const sums = new Float64Array(values.data.length / rows);
  values.data.forEach((value, i) => {
    sums[i % sums.length]! += Math.abs(value) / rows;
  });
  return sums;
}
