import { html } from '../page/html.ts';
import { figure, type Section } from '../page/page.ts';
import { partialDependence } from '../plot/partial-dependence.ts';
import type { ModelAnswers } from './ask-model.ts';
import { dependenceData } from './dependence.ts';
import type { Image } from './image.ts';

/** How predictions go with the columns that matter most. Of pixels nobody wants to know. */
export function dependenceSection(
  { dependence }: ModelAnswers,
  image: Image | undefined,
): Section | undefined {
  if (dependence.length === 0 || image !== undefined) return undefined;
  return {
    title: 'How predictions go with a column',
    lead: 'The mean prediction where every row has the same value in a column and all else stays as it is; of several classes for the one that it moves most. Where columns go together, it asks for rows that do not exist.',
    body: html`<div class="grid">${dependence.map((one) =>
      figure(partialDependence(dependenceData(one), { title: one.feature })),
    )}</div>`,
  };
}
