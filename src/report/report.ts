import { html } from '../page/html.ts';
import { page, type Section } from '../page/page.ts';
import { gather } from './gather.ts';
import { dataSection } from './section-data.ts';
import { howSection } from './section-how.ts';
import { importanceSection } from './section-importance.ts';
import { mistakesSection } from './section-mistakes.ts';
import { learningSection, networkSection, trainedSection } from './section-model.ts';
import { calibrationSection, metricsSection, residualsSection } from './section-results.ts';
import type { ReportOptions, ReportSubject } from './subject.ts';

/**
 * A page about a model that was trained on a table: what it learned, how well it does, what it relies on, where it errs
 * and why, what may be wrong with the data, and how all this was computed. One file, which asks for nothing from outside
 * and runs nothing. The same seed gives the same bytes on one machine.
 *
 * Cost: bounded by the budget of `budget.ts`, about two seconds for a network of the size of the digits' one.
 *
 * @throws {DataError} when columns are to be a picture and cannot.
 */
export async function report(subject: ReportSubject, options: ReportOptions = {}): Promise<string> {
  const answers = await gather(subject, options);
  const target = subject.model.session.prepare!.target!.column;
  const sections: readonly (Section | undefined)[] = [
    trainedSection(subject),
    metricsSection(subject, answers),
    calibrationSection(answers),
    residualsSection(subject, answers),
    mistakesSection(subject, answers),
    importanceSection(answers),
    learningSection(subject),
    networkSection(answers),
    dataSection(subject, answers),
    howSection(subject, answers),
  ];
  return page(
    `${target}, predicted from ${subject.name}`,
    html`<p class="lead">What a neural network learned, where it errs and why.</p>`,
    sections.filter((section) => section !== undefined),
  );
}
