import { largest } from '../base/order.ts';
import {
  type Baseline,
  type ClassScores,
  classScores,
  confusions,
  type Measured,
} from '../report/measured.ts';
import type { ConfusionMatrix } from '../train/metrics/index.ts';
import { counted, type Output, shortened } from './output.ts';

/** Lines of classes and of confusions that are printed; the rest is counted. */
const [MOST_LISTED, MOST_CONFUSED] = [12, 10];

/** Metrics, classes and what is taken for what, for people; no line is wider than the terminal. */
export function printMeasured(
  { rows, task, metrics, confusion, baseline }: Measured,
  target: string,
  out: Output,
): void {
  if (task === 'regression') {
    out.fact('RMSE', `${short(metrics['rmse']!)}, in units of ${target}, on ${counted(rows, 'row')}`);
    out.fact('MAE', short(metrics['mae']!));
    out.fact('R2', metrics['r2']!.toFixed(4));
    out.fact('baseline', baselineText(baseline));
    return;
  }
  const hits = Math.round(metrics['accuracy']! * rows);
  out.fact('accuracy', `${percent(metrics['accuracy']!)}, ${hits} of ${counted(rows, 'row')}`);
  out.fact('baseline', baselineText(baseline));
  out.fact('balanced', `${percent(metrics['balancedAccuracy']!)}, mean of the accuracies of the classes`);
  out.fact('macro F1', metrics['f1']!.toFixed(4));
  // Not defined where all rows are of one class.
  if (!Number.isNaN(metrics['auc'])) out.fact('AUC', metrics['auc']!.toFixed(4));
  out.fact('loss', metrics['loss']!.toFixed(4));
  if (confusion === undefined) return;
  out.line();
  printClasses(confusion, out);
  out.line();
  printConfusion(confusion, out);
}

/** The same as data: under `test` the metrics by name. */
export function measuredJson(measured: Measured | undefined): object {
  const { metrics, baseline, confusion } = measured ?? {};
  return {
    test: metrics ?? null,
    baseline: baseline ?? null,
    byClass: confusion === undefined ? null : classScores(confusion),
    confusion: confusion?.counts ?? null,
  };
}

function baselineText(baseline: Baseline): string {
  if ('class' in baseline)
    return `${percent(baseline.accuracy)}, by saying ${shortened(baseline.class, 30)} of every row`;
  const { mean, rmse, median, mae } = baseline;
  return `RMSE ${short(rmse)} by saying the mean, ${short(mean)}, of every row; MAE ${short(mae)} by the median, ${short(median)}`;
}

/** A line for each class, the worst first. */
function printClasses(confusion: ConfusionMatrix, out: Output): void {
  const all = classScores(confusion);
  const shown = all.length <= MOST_LISTED ? all : all.slice(0, MOST_LISTED - 1);
  const numbers = shown.map(({ rows, precision, recall, f1 }) => [
    String(rows),
    ...[precision, recall, f1].map(share),
  ]);
  for (const line of besides(['class', ...shown.map((one) => one.class)], [NUMBERS, ...numbers], out.width))
    out.line(line);
  const rest = all.slice(shown.length);
  if (rest.length > 0) out.line(`  and ${rest.length} more${bestOf(rest)}`);
}

const NUMBERS = ['rows', 'precision', 'recall', 'F1'];

function bestOf(rest: readonly ClassScores[]): string {
  const { f1 } = rest[0]!;
  return Number.isNaN(f1)
    ? ', without rows'
    : f1 === 1
      ? ', with F1 of 1'
      : `, with F1 of ${share(f1)} or more`;
}

/** The matrix where it fits, else the pairs that are confused most. */
function printConfusion(confusion: ConfusionMatrix, out: Output): void {
  const text = confusion.toString();
  if (text.split('\n').every((line) => [...line].length <= out.width)) {
    out.line(text);
    return;
  }
  const all = confusions(confusion);
  if (all.length === 0) {
    out.line('  no class is taken for another');
    return;
  }
  const shown = all.slice(0, MOST_CONFUSED);
  // Half of what a line has beside the counts and the words between the names.
  const room = Math.floor((out.width - 24) / 2);
  const count = largest(shown.map(({ rows }) => String(rows).length));
  out.line('  taken for another class most often');
  for (const { actual, predicted, rows } of shown) {
    const names = `${shortened(actual, room)} taken for ${shortened(predicted, room)}`;
    out.line(`  ${String(rows).padStart(count)}  ${names}`);
  }
  const left = all.slice(shown.length).reduce((sum, { rows }) => sum + rows, 0);
  if (left > 0) out.line(`  and ${counted(left, 'row')} in other ways`);
}

/** Names to the left, shortened to what is left of the width, and numbers to the right of them. */
function besides(names: readonly string[], numbers: readonly (readonly string[])[], width: number): string[] {
  const widths = numbers[0]!.map((_, j) => largest(numbers.map((row) => row[j]!.length)));
  const room = width - 2 - widths.reduce((sum, column) => sum + column + 2, 0);
  const short = names.map((name) => shortened(name, room));
  const widest = largest(short.map((name) => [...name].length));
  return short.map((name, i) => {
    const cells = numbers[i]!.map((cell, j) => cell.padStart(widths[j]! + 2)).join('');
    return `  ${name}${' '.repeat(widest - [...name].length)}${cells}`;
  });
}

/** A share; what is divided by nothing is none. */
function share(value: number): string {
  return Number.isNaN(value) ? '-' : value.toFixed(4);
}

function percent(value: number): string {
  return `${(100 * value).toFixed(2)} %`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(6)));
}
