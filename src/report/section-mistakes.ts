import { type Content, html } from '../page/html.ts';
import { figure, type Section } from '../page/page.ts';
import { counted, numeral, percent } from '../plot/numerals.ts';
import type { Answers } from './gather.ts';
import type { Mistake } from './mistakes.ts';
import { overlay } from './overlay.ts';
import type { ReportSubject } from './subject.ts';

/** The mistakes that the model is surest of, each with what led to it. */
export function mistakesSection({ task }: ReportSubject, answers: Answers): Section {
  const { mistakes, wrong, explained, judged, image } = answers;
  const title = task === 'classification' ? 'Most confident mistakes' : 'Largest errors';
  if (explained === undefined) {
    return { title, body: html`<p>There are none among the ${judged.table.rows} ${judged.name} rows.</p>` };
  }
  const cards = mistakes.map((mistake, i) => card(mistake, picture(answers, i), task, judged.name));
  return {
    title,
    lead: `${countWords(mistakes.length, wrong, task)} on ${counted(judged.table.rows, `${judged.name} row`)}. ${image === undefined ? COLUMNS : PIXELS}`,
    body: html`<div class="grid">${cards}</div>`,
  };
}

const COLUMNS = 'Each bar is what a column did, from the mean over training rows to what was predicted.';
const PIXELS =
  'Red pixels speak for the class that was predicted, blue ones with a minus against it, compared with the mean picture of the training rows.';

function countWords(shown: number, all: number, task: ReportSubject['task']): string {
  if (task === 'regression') return `The largest ${shown}`;
  return shown === all ? counted(all, 'mistake') : `${shown} of ${all} mistakes, the surest first,`;
}

function card(mistake: Mistake, drawing: Content, task: ReportSubject['task'], part: string): Content {
  const { row, predicted, actual, size } = mistake;
  const about = task === 'classification' ? `${percent(size)} sure` : `off by ${numeral(size)}`;
  return html`<div class="card"><h3>Predicted ${predicted}, is ${actual}</h3>
<p class="lead">${about}; ${part} row ${row}</p>${drawing}</div>`;
}

function picture({ explained, image }: Answers, i: number): Content {
  return image === undefined
    ? figure(explained!.toSvg({ row: i, most: 10, width: 500 }))
    : overlay(image, explained!, i);
}
