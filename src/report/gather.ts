import { type Calibration, calibration } from '../explain/calibration.ts';
import type { Explanation } from '../explain/explanation.ts';
import { type Temperature, temperature } from '../explain/temperature.ts';
import type { NetworkData } from '../plot/network-data.ts';
import type { RowPrediction } from '../train/predict.ts';
import { askModel, type ModelAnswers } from './ask-model.ts';
import { drawnNetwork } from './drawn-network.ts';
import { asImage, findImage, type Image } from './image.ts';
import { type Leak, leaksIn } from './leaks.ts';
import { explainRows, type Mistake, mistakesIn } from './mistakes.ts';
import type { ReportOptions, ReportSubject } from './subject.ts';

const MOST_MISTAKES = 10;

/** All that a report says, as numbers. */
export interface Answers {
  readonly predictions: readonly RowPrediction[];
  readonly image: Image | undefined;
  readonly asked: ModelAnswers;
  /** Of a classification whose rows have their target. */
  readonly calibration: Calibration | undefined;
  /** Of a classification with validation rows. */
  readonly temperature: Temperature | undefined;
  readonly network: NetworkData | undefined;
  /** Undefined where the targets are not known. */
  readonly mistakes: Mistakes | undefined;
  /** Of parts that were not trained on. */
  readonly leaks: readonly Leak[];
}

/** The rows that the model is wrong about, or furthest off. */
export interface Mistakes {
  readonly shown: readonly Mistake[];
  /** How many there are in all. */
  readonly wrong: number;
  /** A row for each that is shown; none where there is none. */
  readonly explained: Explanation | undefined;
}

/** Asks the model all that a report says. The same seed gives the same answers. */
export async function gather(subject: ReportSubject, { signal }: ReportOptions): Promise<Answers> {
  const { model, judged, task, seed, measured, training } = subject;
  const prepare = model.session.prepare!;
  const { table } = judged;
  const stop = signal === undefined ? {} : { signal };
  const image =
    subject.image === undefined
      ? findImage(prepare, subject.background.table)
      : asImage(prepare, subject.background.table, subject.image);
  const predictions = await model.predict(table);
  const labelled = measured !== undefined;
  const asked = await askModel({
    ...{ model, task, table, labelled, seed, signal },
    background: subject.background.table,
  });
  const classes = task === 'classification';
  const validation = training?.parts.validation;
  const calibrated = classes && labelled ? await calibration(model, table, stop) : undefined;
  const warmed =
    classes && validation !== undefined && validation.rows > 0
      ? await temperature(model, validation, stop)
      : undefined;
  const network = await drawnNetwork(
    model,
    prepare.features,
    outputsOf(subject),
    meanInputSizes(asked.sampled),
  );
  return {
    ...{ predictions, image, asked, network },
    calibration: calibrated,
    temperature: warmed,
    mistakes: labelled ? await explainMistakes(subject, predictions, asked, image, signal) : undefined,
    leaks: training === undefined ? [] : await leaksIn(training.parts, prepare.target!.column, seed, stop),
  };
}

async function explainMistakes(
  { model, judged: { table }, seed }: ReportSubject,
  predictions: readonly RowPrediction[],
  { background, budget }: ModelAnswers,
  image: Image | undefined,
  signal: AbortSignal | undefined,
): Promise<Mistakes> {
  const wrong = mistakesIn(table, model.session.prepare!.target!.column, predictions);
  const shown = wrong.slice(0, MOST_MISTAKES);
  const explained =
    shown.length === 0
      ? undefined
      : await explainRows(model, table.take(shown.map(({ row }) => row)), {
          ...{ background, seed, signal },
          method: image === undefined ? budget.method : 'integratedGradients',
        });
  return { shown, wrong: wrong.length, explained };
}

function outputsOf({ model }: ReportSubject): readonly string[] {
  const { classes, target } = model.session.prepare!;
  return classes.length > 0 ? classes : [target?.column ?? 'output'];
}

/** Mean size of what falls to each input of the network. */
function meanInputSizes({ values, rows }: Explanation): Float64Array {
  const sums = new Float64Array(values.data.length / rows);
  values.data.forEach((value, i) => {
    sums[i % sums.length]! += Math.abs(value) / rows;
  });
  return sums;
}
