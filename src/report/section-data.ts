import { warningList } from '../explain/explanation-page.ts';
import { type Content, html } from '../page/html.ts';
import { facts, type Section } from '../page/page.ts';
import { counted, numeral } from '../plot/numerals.ts';
import type { Model } from '../train/model.ts';
import type { Answers } from './gather.ts';
import type { Leak } from './leaks.ts';
import type { ReportSubject } from './subject.ts';

/** Of what may be long, so much is listed; the rest is counted. */
const MOST_LISTED = 12;
/** Columns that are named as those which tell the target best. */
const MOST_COLUMNS = 3;

/** What may be wrong with the data. */
export function dataSection(
  { model, left, training, measured, warnings: said }: ReportSubject,
  { leaks }: Answers,
): Section {
  const dropped = training?.dropped ?? [];
  const { columns, constant } = leaks.at(-1)?.found ?? { columns: [], constant: [] };
  const best = columns.slice(0, MOST_COLUMNS);
  const alone = best.map(({ column, measure, score }) => `${column} (${measure} ${numeral(score)})`);
  return {
    title: 'Data checks',
    lead: 'What makes results look better than they are, and columns that say nothing.',
    body: [
      facts([
        ...(measured === undefined
          ? []
          : ([['rows without a target', left === 0 ? 'none' : `${left}, left out`]] as const)),
        ...(training === undefined
          ? ([['rows that were trained on', 'not known: they are not saved with a model']] as const)
          : ([
              ...leaks.map(duplicates),
              ['columns that tell most alone', alone.length === 0 ? 'not asked' : alone.join(', ')],
              [
                'the same in all training rows',
                constant.length === 0 ? 'no column' : listed(constant).join(', '),
              ],
              ['columns left out', dropped.length === 0 ? 'none' : counted(dropped.length, 'column')],
            ] as const)),
      ]),
      warnings(said, leaks),
      columnNotes(model),
    ],
  };
}

/** Which columns were left out, what else of them may not be expected, and what to write where it should be otherwise. */
function columnNotes(model: Model): Content {
  const said = model.session.prepare!.report.flatMap(({ notes }) => notes);
  if (said.length === 0) return undefined;
  const lines = said.map(({ column, message, hint }) => `${column}: ${message}. ${hint}`);
  return html`<h3>How columns were read</h3><ul>${listed(lines).map((line) => html`<li>${line}</li>`)}</ul>`;
}

function duplicates({ part, found }: Leak): readonly [string, Content] {
  const { rows, duplicates: same, near } = found;
  const name = `${part} rows that are training rows, too`;
  if (same.length + near.length === 0) return [name, `none of ${rows.test}`];
  return [name, `${same.length} of ${rows.test}, and nearly ${near.length} more`];
}

/** What was said of the columns, columns that tell the target alone, and rows that are in two parts. */
function warnings(said: readonly string[], leaks: readonly Leak[]): Content {
  const found = leaks.flatMap(({ part, found }) => [
    ...found.predictors.map(
      ({ column, measure, score }) =>
        `${column} alone tells the target (${measure} ${numeral(score)}): is it known before the target is?`,
    ),
    ...(found.duplicates.length > 0
      ? [
          `${found.duplicates.length} ${part} rows are training rows: a network that learns rows by heart is right there`,
        ]
      : []),
  ]);
  return warningList({ warnings: listed([...new Set([...said, ...found])]) });
}

function listed(all: readonly string[]): readonly string[] {
  const left = all.length - MOST_LISTED;
  return left > 0 ? [...all.slice(0, MOST_LISTED), `and ${left} more`] : all;
}
