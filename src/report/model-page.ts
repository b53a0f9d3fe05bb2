import { html } from '../page/html.ts';
import { page, type Section, table } from '../page/page.ts';
import { rounded } from '../plot/numerals.ts';
import { type ModelAnswers, ranked } from './ask-model.ts';
import type { Image } from './image.ts';
import { dependenceSection } from './section-dependence.ts';
import { askedParts } from './section-how.ts';
import { importanceSection } from './section-importance.ts';
import type { ReportSubject } from './subject.ts';

/** Columns that are listed. */
const MOST_COLUMNS = 200;

/** What a page about a whole model is about. */
export type ModelPageSubject = Pick<ReportSubject, 'name' | 'model' | 'judged' | 'background' | 'seed'>;

/** A page about a whole model: what it relies on, how its predictions go with that, and how this was computed. */
export function modelPage(
  subject: ModelPageSubject,
  answers: ModelAnswers,
  image: Image | undefined,
): string {
  const target = subject.model.session.prepare!.target?.column ?? 'the output';
  const sections: readonly (Section | undefined)[] = [
    importanceSection(subject, answers, image),
    dependenceSection(answers, image),
    { title: 'All columns', body: columnTable(answers) },
    { title: 'How this was computed', body: askedParts(subject, answers) },
  ];
  return page(
    `What predictions of ${target} rely on`,
    html`<p class="lead">A saved model on ${subject.name}.</p>`,
    sections.filter((section) => section !== undefined),
  );
}

function columnTable({ columns, sizes, shuffled, sampled }: ModelAnswers) {
  const size = new Map(columns.map((name, i) => [name, sizes[i]!]));
  const rise = new Map(shuffled?.features.map((name, i) => [name, i]));
  const rows = ranked(columns, shuffled?.mean ?? sizes).slice(0, MOST_COLUMNS);
  return table(
    [
      'column',
      ...(shuffled === undefined ? [] : [{ right: 'increase of the loss' }, { right: '± standard error' }]),
      { right: `mean |attribution|, ${sampled.unit}` },
    ],
    rows.map((name) => {
      const i = rise.get(name);
      const shuffles =
        shuffled === undefined || i === undefined
          ? []
          : [rounded(shuffled.mean[i]!, 4), rounded(shuffled.stdError[i]!, 2)];
      return [name, ...shuffles, rounded(size.get(name)!, 4)];
    }),
  );
}
