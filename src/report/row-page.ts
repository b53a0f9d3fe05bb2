import { descending } from '../base/order.ts';
import type { Why } from '../explain/explain.ts';
import { howFacts, warningList } from '../explain/explanation-page.ts';
import { shownValue } from '../explain/picture.ts';
import { type Content, html } from '../page/html.ts';
import { facts, figure, page, table } from '../page/page.ts';
import { numeral, percent } from '../plot/numerals.ts';
import type { Image } from './image.ts';
import { overlay } from './overlay.ts';

/** Classes and columns that are listed. */
const [MOST_CLASSES, MOST_COLUMNS] = [10, 200];

/** A page about one row: what is predicted, what each column did for it, and how that was computed. */
export function rowPage(why: Why, name: string, image: Image | undefined): string {
  const { outputName, output, baseValue, attributions, explanation } = why;
  const unit = explanation.unit === outputName ? '' : `, ${explanation.unit}`;
  return page(`Why ${outputName}?`, html`<p class="lead">${name}</p>`, [
    { title: 'What is predicted', body: predicted(why) },
    {
      title: `What speaks for ${outputName}`,
      lead: `${numeral(output)}${unit}, compared with ${numeral(baseValue)}. What falls to each column:`,
      body: [
        html`<div class="grid">${image === undefined ? undefined : overlay(image, explanation, 0)}${figure(explanation.toSvg({ most: 15, width: 500 }))}</div>`,
        table(
          ['column', 'value', 'attribution'],
          attributions
            .slice(0, MOST_COLUMNS)
            .map((one) => [one.feature, shownValue(one), numeral(one.attribution)]),
        ),
      ],
    },
    { title: 'How this was computed', body: [facts(howFacts(explanation)), warningList(explanation)] },
  ]);
}

function predicted({ prediction }: Why): Content {
  if ('value' in prediction) return facts([['value', numeral(prediction.value)]]);
  if (!('probabilities' in prediction))
    return facts([['output', Array.from(prediction.data, numeral).join(', ')]]);
  const all = Object.entries(prediction.probabilities).sort(([, a], [, b]) => descending(a, b));
  return facts(all.slice(0, MOST_CLASSES).map(([name, share]) => [name, percent(share)]));
}
