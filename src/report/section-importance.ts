import type { Table } from '../data/index.ts';
import type { PermutationImportance } from '../explain/permutation-importance.ts';
import { html } from '../page/html.ts';
import { figure, type Section } from '../page/page.ts';
import { bar } from '../plot/bar.ts';
import { heatmapOverlay } from '../plot/heatmap-overlay.ts';
import { counted } from '../plot/numerals.ts';
import type { ModelAnswers } from './ask-model.ts';
import { type Image, pixelsOf } from './image.ts';
import { countedRows, type ReportSubject } from './subject.ts';

const MOST_BARS = 15;

/** What the model relies on, asked in two ways; where the targets are not known in one. */
export function importanceSection(
  { judged, background }: Pick<ReportSubject, 'judged' | 'background'>,
  answers: ModelAnswers,
  image: Image | undefined,
): Section {
  const { shuffled, sampled, sizes, columns } = answers;
  const title = titleOf(answers);
  const unit = `mean |attribution|, ${sampled.unit}`;
  const moves = `how much does a column move a prediction away from the mean over ${counted(answers.background.rows, background.name)}, on average over ${countedRows(sampled.rows, judged)}?`;
  const lead =
    shuffled === undefined
      ? `One question: ${moves} It says`
      : `Two questions. First: how much worse does ${measured(shuffled).what} get when a column is shuffled (${countedRows(shuffled.rows, judged)}, ${counted(shuffled.nRepeats, 'shuffle')})? Second: ${moves} They say`;
  return {
    title: 'What matters to the model',
    lead: `${lead} what the model relies on, not what matters in the world.`,
    body: html`<div class="grid">
${shuffled === undefined ? undefined : figure(bar({ values: shuffled.mean, errors: shuffled.stdError, names: shuffled.features, unit: measured(shuffled).unit }, { most: MOST_BARS, title: 'By shuffling' }))}
${figure(bar({ values: sizes, names: columns, unit }, { most: MOST_BARS, title }))}
${image === undefined ? undefined : overlays(image, judged.table, answers)}
</div>`,
  };
}

/** The same over the mean picture. */
function overlays(image: Image, table: Table, answers: ModelAnswers) {
  const { shuffled, sizes, columns } = answers;
  const title = titleOf(answers);
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
    shuffled &&
      over(shuffled.features, shuffled.mean, measured(shuffled).unit, 'By shuffling, over the mean picture'),
    over(columns, sizes, 'mean |attribution|', `${title}, over the mean picture`),
  ];
}

/** What got worse, in words, and what the numbers are. */
export function measured({ metric, unit }: PermutationImportance): {
  readonly what: string;
  readonly unit: string;
} {
  const what = metric === 'mae' ? 'the mean absolute error' : `the ${metric}`;
  return { what, unit: `increase of ${what}${unit === undefined ? '' : `, ${unit}`}` };
}

/** Of models that are too large for Shapley values, expected gradients stand in for them. */
function titleOf({ sampled }: ModelAnswers): string {
  return sampled.method === 'shap' ? 'By Shapley values' : 'By expected gradients';
}

function meanOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}
