import type { Explanation } from '../explain/explanation.ts';
import { type Content, html } from '../page/html.ts';
import { figure, type Section } from '../page/page.ts';
import { counted, numeral, percent } from '../plot/numerals.ts';
import { placeWords, ROWS_COUNT } from './file-rows.ts';
import type { Answers } from './gather.ts';
import type { Mistake } from './mistakes.ts';
import { overlay } from './overlay.ts';
import { countedRows, type ReportSubject } from './subject.ts';

/** The mistakes that the model is surest of, each with what led to it. */
export function mistakesSection(subject: ReportSubject, { mistakes, image }: Answers): Section | undefined {
  if (mistakes === undefined) return undefined;
  const { task, judged, background } = subject;
  const { shown, wrong, explained } = mistakes;
  const rows = countedRows(judged.table.rows, judged);
  const title = task === 'classification' ? 'Most confident mistakes' : 'Largest errors';
  if (explained === undefined) {
    return { title, body: html`<p>There are none among ${rows}.</p>` };
  }
  const cards = shown.map((mistake, i) =>
    card(mistake, picture(explained, image, i), task, placeWords(judged.source, mistake.row)),
  );
  const words = image === undefined ? barWords(background.name) : pixelWords(background.name);
  return {
    title,
    lead: html`${countWords(shown.length, wrong, task)} on ${rows}. ${words} ${ROWS_COUNT}`,
    body: html`<div class="grid">${cards}</div>`,
  };
}

function barWords(background: string): string {
  return `Each bar is what a column did, from the mean over the ${background}s to what was predicted.`;
}

function pixelWords(background: string): string {
  return `Red pixels speak for the class that was predicted, blue ones with a minus against it, compared with the mean picture of the ${background}s.`;
}

function countWords(shown: number, all: number, task: ReportSubject['task']): string {
  if (task === 'regression') return `The largest ${shown}`;
  return shown === all ? counted(all, 'mistake') : `${shown} of ${all} mistakes, the surest first,`;
}

function card(mistake: Mistake, drawing: Content, task: ReportSubject['task'], place: string): Content {
  const { predicted, actual, size } = mistake;
  const about = task === 'classification' ? `${percent(size)} sure` : `off by ${numeral(size)}`;
  return html`<div class="card"><h3>Predicted ${predicted}, is ${actual}</h3>
<p class="lead">${about}; ${place}</p>${drawing}</div>`;
}

function picture(explained: Explanation, image: Answers['image'], i: number): Content {
  return image === undefined
    ? figure(explained.toSvg({ row: i, most: 10, width: 500 }))
    : overlay(image, explained, i);
}
