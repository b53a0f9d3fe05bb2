import { warningList } from '../explain/explanation-page.ts';
import type { Temperature } from '../explain/temperature.ts';
import { type Content, html } from '../page/html.ts';
import { facts, figure, type Section, table } from '../page/page.ts';
import { confusionMatrix } from '../plot/confusion-matrix.ts';
import { counted, numeral, percent, rounded } from '../plot/numerals.ts';
import { reliabilityDiagram } from '../plot/reliability-diagram.ts';
import { scatter } from '../plot/scatter.ts';
import type { ConfusionMatrix } from '../train/metrics/index.ts';
import type { Answers } from './gather.ts';
import { classScores, confusions, type Measured } from './measured.ts';
import { countedRows, type ReportSubject } from './subject.ts';

/** A matrix of more classes is no picture; of fewer it says which pairs are confused. */
const [MOST_CLASSES, FEW_CLASSES] = [60, 5];
/** Pairs of classes that are listed. */
const MOST_PAIRS = 30;

const WORDS: Readonly<Record<string, string>> = {
  accuracy: 'accuracy: share of the rows that are right',
  balancedAccuracy: 'balanced accuracy: mean over the classes',
  f1: 'macro F1: precision and recall in one, mean over the classes',
  auc: 'AUC: how often a row of a class ranks above one of another',
  loss: 'loss',
  rmse: 'RMSE: root of the mean squared error',
  mae: 'MAE: mean distance from the true value',
  r2: 'R²: share of the variance that is explained',
};

/** How well the model does on rows that it did not see. */
export function metricsSection({ measured, judged, training }: ReportSubject): Section | undefined {
  if (measured === undefined) return undefined;
  const rows = Object.entries(measured.metrics).map(
    ([name, value]) =>
      [WORDS[name] ?? name, name === 'accuracy' ? percent(value) : rounded(value, 4)] as const,
  );
  const seen =
    training !== undefined && judged.name === 'training'
      ? ', which it has seen: expect less of new ones'
      : '';
  return {
    title: 'Results',
    lead: `On ${countedRows(judged.table.rows, judged)}${seen}.`,
    body: [
      html`<div class="grid"><div>${facts([...rows, ...baselineFacts(measured)])}</div>${picture(measured)}</div>`,
      measured.confusion === undefined ? undefined : classTables(measured.confusion),
    ],
  };
}

/** What the least of models would reach. */
function baselineFacts({ baseline }: Measured): readonly (readonly [string, string])[] {
  if ('class' in baseline)
    return [[`baseline: always ${baseline.class}`, `accuracy ${percent(baseline.accuracy)}`]];
  const { mean, rmse, median, mae } = baseline;
  return [
    [`baseline: always the mean, ${rounded(mean, 4)}`, `RMSE ${rounded(rmse, 4)}`],
    [`baseline: always the median, ${rounded(median, 4)}`, `MAE ${rounded(mae, 4)}`],
  ];
}

/** The classes, the worst first, and of more than a few what is taken for what. */
function classTables(matrix: ConfusionMatrix): Content {
  const share = (value: number) => (Number.isNaN(value) ? '–' : value.toFixed(3));
  const classes = table(
    ['class', { right: 'rows' }, { right: 'precision' }, { right: 'recall' }, { right: 'F1' }],
    classScores(matrix).map((one) => [
      one.class,
      one.rows,
      ...[one.precision, one.recall, one.f1].map(share),
    ]),
  );
  const pairs = confusions(matrix);
  if (pairs.length === 0 || matrix.classes.length < FEW_CLASSES)
    return html`<h3>Class by class</h3>${classes}`;
  const confused = table(
    [{ right: 'rows' }, 'of class', 'taken for'],
    pairs.slice(0, MOST_PAIRS).map(({ rows, actual, predicted }) => [rows, actual, predicted]),
  );
  return html`<div class="grid"><div><h3>Class by class</h3>${classes}</div><div><h3>Taken for another class most often</h3>${confused}</div></div>`;
}

function picture({ task, confusion: matrix }: Measured): Content {
  if (task === 'regression') return undefined;
  if (matrix === undefined || matrix.classes.length > MOST_CLASSES) {
    return html`<p>There are too many classes to draw a confusion matrix.</p>`;
  }
  return figure(confusionMatrix({ counts: matrix.counts, classes: matrix.classes }));
}

/** Whether the model is right as often as it says. */
export function calibrationSection(
  { judged }: ReportSubject,
  { calibration, temperature }: Answers,
): Section | undefined {
  if (calibration === undefined) return undefined;
  const { bins, ece, mce, brier, nll, warnings } = calibration;
  const notes = [...warnings, ...(temperature?.warnings ?? [])];
  return {
    title: 'Calibration',
    lead: `Of rows that the model is 80% sure of, 80% should be right. On ${countedRows(judged.table.rows, judged)}.`,
    body: [
      html`<div class="grid">${figure(
        reliabilityDiagram({
          confidence: bins.map(({ confidence }) => confidence),
          accuracy: bins.map(({ accuracy }) => accuracy),
          counts: bins.map(({ count }) => count),
          ece,
        }),
      )}<div>${facts([
        ['expected calibration error', numeral(ece)],
        ['largest error of a bin', numeral(mce)],
        ['Brier score', numeral(brier)],
        ['mean negative log-likelihood', numeral(nll)],
        ...(temperature === undefined
          ? []
          : ([
              [
                'temperature',
                `${numeral(temperature.temperature)}, from ${counted(temperature.rows, 'validation row')}: ${advice(temperature)}`,
              ],
            ] as const)),
      ])}</div></div>`,
      warningList({ warnings: notes }),
    ],
  };
}

function advice({ temperature: t, warnings }: Temperature): string {
  if (warnings.length > 0) return 'no good one was found';
  if (Math.abs(t - 1) < 0.05) return 'the model is about as sure as it should be';
  return t > 1
    ? 'the model is too sure; logits divided by it are better probabilities'
    : 'the model is not sure enough; logits divided by it are better probabilities';
}

/** Of a regression: how far predictions are off. */
export function residualsSection(
  { task, model, judged, measured }: ReportSubject,
  { predictions }: Answers,
): Section | undefined {
  if (task !== 'regression' || measured === undefined) return undefined;
  const target = model.session.prepare!.target!.column;
  const actual = judged.table.column(target).values as Float64Array;
  const predicted = predictions.map((one) => ('value' in one ? one.value : Number.NaN));
  const residuals = predicted.map((value, i) => value - actual[i]!);
  return {
    title: 'Residuals',
    lead: `Prediction less true value, on ${countedRows(judged.table.rows, judged)}. A pattern in them is something the network could still learn.`,
    body: html`<div class="grid">${figure(
      scatter(
        { x: actual, y: predicted, xName: `${target}, true`, yName: `${target}, predicted` },
        { title: 'Predicted by true values', identity: true },
      ),
    )}${figure(
      scatter(
        { x: predicted, y: residuals, xName: `${target}, predicted`, yName: 'residual' },
        { title: 'Residuals by prediction' },
      ),
    )}</div>`,
  };
}
