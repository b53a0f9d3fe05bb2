import type { Explanation } from '../explain/explanation.ts';
import { howFacts, warningList } from '../explain/explanation-page.ts';
import type { PermutationImportance } from '../explain/permutation-importance.ts';
import { type Content, html } from '../page/html.ts';
import { facts, type Section } from '../page/page.ts';
import { counted, rounded } from '../plot/numerals.ts';
import type { ModelAnswers } from './ask-model.ts';
import type { Answers } from './gather.ts';
import { measured } from './section-importance.ts';
import { countedRows, type Judged, type ReportSubject } from './subject.ts';

/** How everything was computed, in plain words, with what was checked. */
export function howSection(subject: ReportSubject, { asked, mistakes, image }: Answers): Section {
  const { seed } = subject;
  const explained = mistakes?.explained;
  return {
    title: 'How this was computed',
    lead: `Everything here is decided by the model, its rows and the seed ${seed}: made again, this page is the same.`,
    body: [
      askedParts(subject, asked),
      explained === undefined
        ? undefined
        : part('Mistakes', 'Each is explained for what was predicted.', explained),
      html`<h3>Picture</h3><p>${imageWords(image)}</p>`,
    ],
  };
}

/** How what is said of the whole model was computed. */
export function askedParts(
  { judged, background: { name } }: Pick<ReportSubject, 'judged' | 'background'>,
  { sampled, shuffled, background }: ModelAnswers,
): Content {
  return [
    part(
      'Mean size of the attributions',
      `${countedRows(sampled.rows, judged)} and a background of ${counted(background.rows, name)}, drawn by the seed. Each row is explained for the output that it is predicted.`,
      sampled,
    ),
    shuffled === undefined ? undefined : shufflesPart(shuffled, judged),
  ];
}

function shufflesPart(shuffled: PermutationImportance, judged: Judged): Content {
  const about = facts([
    ['method', shuffled.method],
    ['rows', countedRows(shuffled.rows, judged)],
    ['shuffles of each column', shuffled.nRepeats],
    [`${measured(shuffled).what.replace('the ', '')} as it is`, rounded(shuffled.base, 4)],
    ['passes', `${shuffled.cost.forward} rows forward`],
  ]);
  return html`<h3>Shuffled columns</h3>${about}${warningList(shuffled)}`;
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
