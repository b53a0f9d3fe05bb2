import { version } from '../base/package.ts';
import { type Content, html } from '../page/html.ts';
import { facts, figure, type Section, table } from '../page/page.ts';
import { heatmap } from '../plot/heatmap.ts';
import { learningCurves } from '../plot/learning-curves.ts';
import { network } from '../plot/network.ts';
import type { Answers } from './gather.ts';
import type { ImportanceLog, ReportSubject } from './subject.ts';

/** Columns that a timeline shows. */
const MOST_COLUMNS = 12;

/** What was trained, on what, how, and by what. */
export function trainedSection(subject: ReportSubject): Section {
  const { model, history, parts, task, options, seed } = subject;
  const { train, validation, test } = parts;
  const prepare = model.session.prepare!;
  const { backend } = model.session.engine;
  const { parameters } = model.summary();
  const rows = train.rows + validation.rows + test.rows;
  const words = prepare.toJSON().inputs.filter(({ kind }) => kind !== 'numeric').length;
  const { classes, groups, target } = prepare;
  return {
    title: 'What was trained',
    body: [
      facts([
        ['data', subject.name],
        [
          'task',
          classes.length > 0
            ? `${task} of ${target!.column}, ${classes.length} classes`
            : `${task} of ${target!.column}`,
        ],
        [
          'rows',
          `${rows}: ${train.rows} trained, ${validation.rows} decided when to stop, ${test.rows} measured the result`,
        ],
        ['columns', `${groups.length}, ${words} of them categories; ${prepare.width} inputs of the network`],
        ...options,
        ['seed', seed],
        ['epochs', `${history.epochs.length}, ${history.steps} steps; ${history.stopReason}`],
        ['backend', `${backend.name}: ${backend.describe()}`],
        ['versions', `glia ${version()}, Node.js ${process.versions.node}`],
      ]),
      html`<h3>Layers</h3>`,
      table(
        ['name', 'kind', 'output of a row', 'parameters'],
        model
          .summary()
          .layers.map((layer) => [layer.name, layer.kind, `[${layer.shape.join(', ')}]`, layer.parameters]),
      ),
      html`<p>${parameters} parameters in all.</p>`,
    ],
  };
}

/** How loss and metrics went. */
export function learningSection({ history, parts, log }: ReportSubject): Section {
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
  const peak = columns.map((_, j) => Math.max(...epochs.map(({ importance }) => importance[j]!)));
  const most = columns
    .map((_, j) => j)
    .sort((a, b) => peak[b]! - peak[a]! || a - b)
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
export function networkSection({ network: drawn, sampled }: Answers): Section {
  const lead =
    'Lines are weights: the wider, the larger. Inputs are filled by how much they weigh in predictions.';
  if (drawn !== undefined) return { title: 'The network', lead, body: figure(network(drawn)) };
  return {
    title: 'The network',
    body: html`<p>It is not a chain of dense layers, which alone is drawn. It has ${sampled.featureNames.length} inputs.</p>`,
  };
}
