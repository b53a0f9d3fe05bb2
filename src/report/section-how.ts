import type { Explanation } from '../explain/explanation.ts';
import { howFacts, warningList } from '../explain/explanation-page.ts';
import { type Content, html } from '../page/html.ts';
import { facts, type Section } from '../page/page.ts';
import { counted, rounded } from '../plot/numerals.ts';
import type { Answers } from './gather.ts';
import type { ReportSubject } from './subject.ts';

/** How everything was computed, in plain words, with what was checked. */
export function howSection({ seed }: ReportSubject, answers: Answers): Section {
  const { sampled, explained, shuffled, background, image, judged } = answers;
  return {
    title: 'How this was computed',
    lead: `Everything here is decided by the model, its rows and the seed ${seed}: made again, this page is the same.`,
    body: [
      part(
        'Mean size of the attributions',
        `${counted(sampled.rows, `${judged.name} row`)} and a background of ${counted(background.rows, 'training row')}, drawn by the seed. Each row is explained for the output that it is predicted.`,
        sampled,
      ),
      html`<h3>Shuffled columns</h3>`,
      facts([
        ['method', shuffled.method],
        ['rows', counted(shuffled.rows, `${judged.name} row`)],
        ['shuffles of each column', shuffled.nRepeats],
        ['loss as it is', rounded(shuffled.base, 4)],
        ['passes', `${shuffled.cost.forward} rows forward`],
      ]),
      warningList(shuffled),
      explained === undefined
        ? undefined
        : part('Mistakes', 'Each is explained for what was predicted.', explained),
      html`<h3>Picture</h3><p>${imageWords(image)}</p>`,
    ],
  };
}

function part(title: string, lead: string, explanation: Explanation): Content {
  return html`<h3>${title}</h3><p>${lead}</p>${facts(howFacts(explanation))}${warningList(explanation)}`;
}

function imageWords(image: Answers['image']): string {
  if (image !== undefined) {
    return `The columns were taken for the pixels of a picture of ${image.width} × ${image.height}, row by row from the top left.`;
  }
  return 'The columns were not taken for a picture. --image WxH says that they are one.';
}
