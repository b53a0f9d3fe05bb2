import { html } from '../page/html.ts';
import { page, type Section } from '../page/page.ts';
import { gather } from './gather.ts';
import { dataSection } from './section-data.ts';
import { dependenceSection } from './section-dependence.ts';
import { howSection } from './section-how.ts';
import { importanceSection } from './section-importance.ts';
import { mistakesSection } from './section-mistakes.ts';
import { learningSection, modelSection, networkSection } from './section-model.ts';
import { predictionsSection } from './section-predictions.ts';
import { calibrationSection, metricsSection, residualsSection } from './section-results.ts';
import type { ReportOptions, ReportSubject } from './subject.ts';

/**
 * A page about a model on rows of a table: how well it does, what it relies on, where it errs and why, what may be wrong
 * with the data, how it was trained where that is known, and how all this was computed. Rows without a target are told
 * what can be told without. One file, which asks for nothing from outside and runs nothing. The same seed gives the same
 * bytes on one machine.
 *
 * Cost: bounded by the budget of `budget.ts`, about two seconds for a network of the size of the digits' one.
 *
 * @throws {DataError} when columns are to be a picture and cannot.
 */
export async function report(subject: ReportSubject, options: ReportOptions = {}): Promise<string> {
  const answers = await gather(subject, options);
  const target = subject.model.session.prepare!.target?.column ?? 'the output';
  const sections: readonly (Section | undefined)[] = [
    modelSection(subject),
    metricsSection(subject),
    predictionsSection(subject, answers),
    calibrationSection(subject, answers),
    residualsSection(subject, answers),
    mistakesSection(subject, answers),
    importanceSection(subject, answers.asked, answers.image),
    dependenceSection(answers.asked, answers.image),
    learningSection(subject),
    networkSection(answers),
    dataSection(subject, answers),
    howSection(subject, answers),
  ];
  const lead =
    subject.training === undefined
      ? 'What a saved model says of these rows'
      : 'What a neural network learned';
  return page(
    `${target}, predicted from ${subject.name}`,
    html`<p class="lead">${lead}, where it errs and why.</p>`,
    sections.filter((section) => section !== undefined),
  );
}
