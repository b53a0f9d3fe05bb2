import { descending } from '../base/order.ts';
import { quantile } from '../data/scale.ts';
import { html } from '../page/html.ts';
import { facts, type Section, table } from '../page/page.ts';
import { numerals, percent } from '../plot/numerals.ts';
import type { Answers } from './gather.ts';
import { countedRows, type ReportSubject } from './subject.ts';

/** Of rows whose target is not known: what is predicted, as nothing can be said of how right that is. */
export function predictionsSection(
  { measured, judged, model }: ReportSubject,
  { predictions }: Answers,
): Section | undefined {
  if (measured !== undefined) return undefined;
  const { target, classes } = model.session.prepare!;
  const column = target?.column ?? 'the output';
  return {
    title: 'Predictions',
    lead: `Of ${countedRows(judged.table.rows, judged)}. They have no ${column}, so how good the predictions are cannot be said.`,
    body: classes.length > 0 ? predictedClasses(predictions, classes) : predictedValues(predictions),
  };
}

function predictedClasses(predictions: Answers['predictions'], classes: readonly string[]) {
  const found = new Map(classes.map((name) => [name, { rows: 0, sure: 0 }]));
  for (const one of predictions) {
    const entry = 'class' in one ? found.get(one.class) : undefined;
    if (entry === undefined || !('class' in one)) continue;
    entry.rows++;
    entry.sure += one.probabilities[one.class]!;
  }
  const rows = [...found].sort(([, a], [, b]) => descending(a.rows, b.rows));
  return table(
    ['class', { right: 'rows' }, { right: 'of all' }, { right: 'sure on average' }],
    rows.map(([name, { rows: n, sure }]) => [
      name,
      n,
      percent(n / predictions.length),
      n === 0 ? html`–` : percent(sure / n),
    ]),
  );
}

function predictedValues(predictions: Answers['predictions']) {
  const sorted = Float64Array.from(predictions, (one) => ('value' in one ? one.value : Number.NaN)).sort();
  const shares = [0, 0.25, 0.5, 0.75, 1];
  const words = ['least', 'a quarter are below', 'half are below', 'three quarters are below', 'most'];
  const values = numerals(shares.map((share) => quantile(sorted, share)));
  return facts(words.map((word, i) => [word, values[i]!]));
}
