import { html } from '../page/html.ts';
import { figure, type Section } from '../page/page.ts';
import { bar } from '../plot/bar.ts';
import { heatmapOverlay } from '../plot/heatmap-overlay.ts';
import { counted } from '../plot/numerals.ts';
import type { Answers } from './gather.ts';
import { type Image, pixelsOf } from './image.ts';

const MOST_BARS = 15;

/** What the model relies on, asked in two ways. */
export function importanceSection(answers: Answers): Section {
  const { shuffled, sampled, sizes, columns, image, background, judged } = answers;
  const title = titleOf(answers);
  const unit = `mean |attribution|, ${sampled.unit}`;
  return {
    title: 'What matters to the model',
    lead: `Two questions. First: how much worse does the loss get when a column is shuffled (${counted(shuffled.rows, `${judged.name} row`)}, ${counted(shuffled.nRepeats, 'shuffle')})? Second: how much does a column move a prediction away from the mean over ${counted(background.rows, 'training row')}, on average over ${counted(sampled.rows, `${judged.name} row`)}? They say what the model relies on, not what matters in the world.`,
    body: html`<div class="grid">
${figure(bar({ values: shuffled.mean, errors: shuffled.stdError, names: shuffled.features, unit: 'increase of the loss' }, { most: MOST_BARS, title: 'By shuffling' }))}
${figure(bar({ values: sizes, names: columns, unit }, { most: MOST_BARS, title }))}
${image === undefined ? undefined : overlays(image, answers)}
</div>`,
  };
}

/** The same over the mean picture. */
function overlays(image: Image, answers: Answers) {
  const { shuffled, sizes, columns, judged } = answers;
  const title = titleOf(answers);
  const { table } = judged;
  const known = new Map(
    table.columns
      .filter((name) => table.types[name] === 'number')
      .map((name) => [name, meanOf(table.column(name).values as Float64Array)] as const),
  );
  const mean = pixelsOf(image, (column) => known.get(column));
  const over = (names: readonly string[], values: readonly number[], unit: string, title: string) => {
    const found = new Map(names.map((name, i) => [name, values[i]!]));
    const attributions = pixelsOf(image, (column) => found.get(column));
    return figure(
      heatmapOverlay(
        { image: mean, attributions, width: image.width, height: image.height, unit },
        { title },
      ),
    );
  };
  return [
    over(shuffled.features, shuffled.mean, 'increase of the loss', 'By shuffling, over the mean picture'),
    over(columns, sizes, 'mean |attribution|', `${title}, over the mean picture`),
  ];
}

/** Of models that are too large for Shapley values, expected gradients stand in for them. */
function titleOf({ sampled }: Answers): string {
  return sampled.method === 'shap' ? 'By Shapley values' : 'By expected gradients';
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
