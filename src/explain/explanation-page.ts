import { type Content, html } from '../page/html.ts';
import { facts, figure, page, type Section, table } from '../page/page.ts';
import { numeral, withMinus } from '../plot/numerals.ts';
import type { Explanation } from './explanation.ts';
import { explained, pictureOf, shownValue } from './picture.ts';

/** Rows that a page shows at most, and inputs of a row. */
const [MOST_ROWS, MOST_INPUTS] = [50, 100];

/** A page with a picture and a table for each row of an explanation, and how it was computed. */
export function explanationPage(explanation: Explanation): string {
  const { rows, method } = explanation;
  const shown = Math.min(rows, MOST_ROWS);
  const lead = shown < rows ? html`<p class="lead">The first ${shown} of ${rows} rows.</p>` : undefined;
  const sections = Array.from({ length: shown }, (_, row) => rowSection(explanation, row));
  return page(`What speaks for a prediction, by ${method}`, lead, [...sections, howSection(explanation)]);
}

function rowSection(explanation: Explanation, row: number): Section {
  const { outputName, output, baseValue } = explained(explanation, row);
  const all = explanation.top(undefined, row);
  const left = all.length - MOST_INPUTS;
  const cells = all
    .slice(0, MOST_INPUTS)
    .map((one) => [one.feature, shownValue(one), numeral(one.attribution)]);
  return {
    title: explanation.rows === 1 ? outputName : `Row ${row}: ${outputName}`,
    lead: `${explanation.unit} ${numeral(output)}, compared with ${numeral(baseValue)}.`,
    body: [
      figure(pictureOf(explanation, { row, width: 500 })),
      table(['column', 'value', 'attribution'], cells),
      left > 0 ? html`<p class="lead">And ${left} more.</p>` : undefined,
    ],
  };
}

/** What was done, what it should add up to, and what is to be said against it. */
function howSection(explanation: Explanation): Section {
  return { title: 'How this was computed', body: [facts(howFacts(explanation)), warningList(explanation)] };
}

/** Method, options, cost and checks of an explanation: as many numbers as are the same for the same seed. */
export function howFacts(explanation: Explanation): readonly (readonly [string, Content])[] {
  const { method, options, unit, cost, convergenceDelta } = explanation;
  const worst = convergenceDelta?.data.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
  return [
    ['explained by', method],
    ...Object.entries(options).map(([name, value]) => [name, optionText(value)] as const),
    ['unit', unit],
    ['passes', `${cost.forward} rows forward, ${cost.backward} backward`],
    [
      'completeness',
      worst === undefined
        ? 'the attributions of this method need not add up to anything'
        : `the attributions miss the difference that they should add up to by ${numeral(worst)} at most`,
    ],
  ];
}

function optionText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'not set');
}

/** What is to be said against an explanation. */
export function warningList({ warnings }: Pick<Explanation, 'warnings'>): Content {
  if (warnings.length === 0) return undefined;
  return html`<ul class="warnings">${warnings.map((warning) => html`<li>${withMinus(warning)}</li>`)}</ul>`;
}
