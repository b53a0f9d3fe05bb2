import { ascending, descending, largest } from '../base/order.ts';
import { version } from '../base/package.ts';
import { type Content, html } from '../page/html.ts';
import { facts, figure, type Section, table } from '../page/page.ts';
import { heatmap } from '../plot/heatmap.ts';
import { learningCurves } from '../plot/learning-curves.ts';
import { network } from '../plot/network.ts';
import { ordinal, rounded } from '../plot/numerals.ts';
import type { History } from '../train/history.ts';
import type { Answers } from './gather.ts';
import type { ImportanceLog, ReportSubject, TrainingRun } from './subject.ts';

/** Columns that a timeline shows. */
const MOST_COLUMNS = 12;

/** What the model is, on what it is looked at, how it was trained where that is known, and by what. */
export function modelSection(subject: ReportSubject): Section {
  const { model, task, judged, training, seed } = subject;
  const prepare = model.session.prepare!;
  const { backend } = model.session.engine;
  const { parameters } = model.summary();
  const words = prepare.toJSON().inputs.filter(({ kind }) => kind !== 'numeric').length;
  const { classes, groups, target } = prepare;
  const column = target?.column ?? 'an output';
  return {
    title: training === undefined ? 'The model' : 'What was trained',
    body: [
      facts([
        ['data', subject.name],
        ['task', `${task} of ${column}${classes.length > 0 ? `, ${classes.length} classes` : ''}`],
        ['rows', training === undefined ? judged.table.rows : partWords(training)],
        ['columns', `${groups.length}, ${words} of them categories; ${prepare.width} inputs of the network`],
        ...(training?.options ?? []),
        ['seed', seed],
        ['epochs', training === undefined ? savedWords(subject) : epochWords(training.history)],
        ['backend', `${backend.name}: ${backend.describe()}`],
        ['versions', `glia ${version()}, Node.js ${process.versions.node}`],
      ]),
      html`<h3>Layers</h3>`,
      table(
        ['name', 'kind', 'output of a row', { right: 'parameters' }],
        model
          .summary()
          .layers.map((layer) => [layer.name, layer.kind, `[${layer.shape.join(', ')}]`, layer.parameters]),
      ),
      html`<p>${parameters} parameters in all.</p>`,
    ],
  };
}

function partWords({ parts: { train, validation, test } }: TrainingRun): string {
  const rows = train.rows + validation.rows + test.rows;
  return `${rows}: ${train.rows} trained, ${validation.rows} decided when to stop, ${test.rows} measured the result`;
}

function epochWords({ epochs, best, steps, stopReason }: History): string {
  const least =
    best === undefined
      ? ''
      : `, the best was the ${ordinal(best.epoch)} with a ${best.monitor} of ${rounded(best.value, 4)}`;
  return `${epochs.length}${least}; ${steps} steps; ${stopReason}`;
}

function savedWords({ model: { session } }: ReportSubject): string {
  return `${session.epochs} in ${session.steps} steps; how they went is not saved with a model`;
}

/** How loss and metrics went. */
export function learningSection({ training }: ReportSubject): Section | undefined {
  if (training === undefined) return undefined;
  const { history, parts, log } = training;
  const lead =
    parts.validation.rows > 0
      ? 'The losses of training and validation rows should go down together; where only that of the training rows does, the network learns rows by heart.'
      : 'There were no validation rows, so nothing shows when the network began to learn rows by heart.';
  const curves = figure(learningCurves({ epochs: history.epochs }));
  const body = log === undefined ? curves : html`<div class="grid">${curves}${timeline(log)}</div>`;
  return { title: 'Learning curves', lead, body };
}

/** How the importance of columns moved: of those that weighed most at any time. */
function timeline({ columns, epochs }: ImportanceLog): Content {
  const peak = columns.map((_, j) => largest(epochs.map(({ importance }) => importance[j]!)));
  const most = columns
    .map((_, j) => j)
    .sort((a, b) => descending(peak[a]!, peak[b]!) || ascending(a, b))
    .slice(0, MOST_COLUMNS);
  return figure(
    heatmap(
      {
        values: most.map((j) => epochs.map(({ importance }) => importance[j]!)),
        rowNames: most.map((j) => columns[j]!),
        columnNames: epochs.map(({ epoch }) => String(epoch)),
        unit: 'mean |input × gradient|',
      },
      { title: 'When the network began to use a column, by epoch' },
    ),
  );
}

/** The network as a drawing. */
export function networkSection({ network: drawn, asked: { sampled } }: Answers): Section {
  const lead =
    'Lines are weights: the wider, the larger. Inputs are filled by how much they weigh in predictions.';
  if (drawn !== undefined) return { title: 'The network', lead, body: figure(network(drawn)) };
  return {
    title: 'The network',
    body: html`<p>It is not a chain of dense layers, which alone is drawn. It has ${sampled.featureNames.length} inputs.</p>`,
  };
}
