import { html } from '../page/html.ts';
import { facts, type Section } from '../page/page.ts';
import { counted, percent } from '../plot/numerals.ts';
import type { Answers } from './gather.ts';
import type { ReportSubject } from './subject.ts';

/** What may be wrong with the data. */
export function dataSection({ dropped, left, measured, task }: ReportSubject, answers: Answers): Section {
  const { duplicates } = answers;
  return {
    title: 'Data checks',
    body: [
      facts([
        ['rows without a target', left === 0 ? 'none' : `${left}, left out`],
        ...duplicates
          .filter(({ rows }) => rows > 0)
          .map(
            ({ part, rows, count }) =>
              [
                `${part} rows that are training rows too`,
                count === 0
                  ? `none of ${rows}`
                  : `${count} of ${rows}: they make the results look better than they are`,
              ] as const,
          ),
        ['columns left out', dropped.length === 0 ? 'none' : counted(dropped.length, 'column')],
      ]),
      dropped.length === 0
        ? undefined
        : html`<details><summary>Columns left out</summary>${facts(dropped.map(({ column, reason }) => [column, reason]))}</details>`,
      suspicion(measured.metrics, task),
    ],
  };
}

/** Results that are too good are a sign of leakage more often than of a good model. */
function suspicion(metrics: Readonly<Record<string, number>>, task: ReportSubject['task']) {
  const score = task === 'classification' ? metrics['accuracy'] : metrics['r2'];
  if (score === undefined || score < 0.999) return undefined;
  return html`<ul class="warnings"><li>The result, ${percent(score)}, is nearly perfect. Ask whether a column holds the answer: it then stands first under “What matters to the model”.</li></ul>`;
}
