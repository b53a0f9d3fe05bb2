import type { Table } from '../data/index.ts';
import type { AttributionLog } from '../explain/attribution-log.ts';
import type { Measured } from '../report/measured.ts';
import type { History } from '../train/history.ts';
import type { Model } from '../train/model.ts';
import { measuredJson, printMeasured } from './measured-print.ts';
import { counted, type Output } from './output.ts';
import type { LinedNote, TrainData, TrainPlan } from './train-plan.ts';

/** Names that are listed before the rest is counted. */
const MOST_NAMED = 12;

/** A network that was trained. */
export interface Trained {
  readonly model: Model;
  readonly history: History;
  /** How the importance of columns moved; recorded for the report. */
  readonly log: AttributionLog | undefined;
  readonly seconds: number;
}

/** What was read and what is trained, for people. */
export function printData(plan: TrainPlan, data: TrainData, model: Model, out: Output): void {
  const { task, prepare, dropped, notes, left } = data;
  const { train, validation, test } = data.parts;
  const rows = train.rows + validation.rows + test.rows;
  out.line(plan.file, 'bold');
  out.fact(
    'rows',
    `${rows}: ${train.rows} for training, ${validation.rows} for validation, ${test.rows} for the test`,
  );
  if (left > 0) out.fact('left out', `${counted(left, 'row')} without ${plan.target}`);
  out.fact('columns', describeColumns(data));
  if (dropped.length > 0) {
    out.fact('dropped', dropped.map(({ column, reason }) => `${column}: ${reason}`).join('\n'));
  }
  for (const note of notes) out.fact('note', noteText(note));
  out.fact('target', plan.target);
  out.fact(
    'task',
    `${task}${plan.task === undefined ? ', by the values of the target (--task says otherwise)' : ''}`,
  );
  if (prepare.classes.length > 0) {
    out.fact('classes', `${prepare.classes.length}: ${listed(prepare.classes)}`);
  }
  for (const warning of data.warnings) out.fact('warning', warning);
  out.line();
  out.line('model', 'bold');
  out.line(indented(String(model.summary())));
  out.line();
}

function describeColumns({ prepare }: TrainData): string {
  const { inputs } = prepare.toJSON();
  const named = (what: string, holds: (input: (typeof inputs)[number]) => boolean): string => {
    const columns = inputs.filter(holds).map(({ column }) => column);
    return columns.length === 0 ? '' : `, ${columns.length} ${what} (${listed(columns)})`;
  };
  const numeric = inputs.filter(({ kind }) => kind === 'numeric').length;
  const words = named('categorical', ({ kind }) => kind === 'onehot' || kind === 'ordinal');
  const dates = named('of dates', ({ kind }) => kind === 'date');
  return `${numeric} numeric${words}${dates}; ${prepare.width} inputs of the network`;
}

/** `age: 2 of 40 cells are no numbers …, in lines 5 and 19; what to write`. */
function noteText({ column, message, lines, cells, hint }: LinedNote): string {
  const more = cells > lines.length ? ' and more' : '';
  const where =
    lines.length === 0 ? '' : `, ${lines.length === 1 ? 'line' : 'lines'} ${lines.join(', ')}${more}`;
  return `${column}: ${message}${where}\n${hint}`;
}

/** What came out of the training, for people. Times are left to the progress, so that two runs print the same. */
export function printTrained(
  plan: TrainPlan,
  { model, history }: Trained,
  measured: Measured | undefined,
  out: Output,
): void {
  const { backend } = model.session.engine;
  out.line('training', 'bold');
  out.fact('epochs', `${history.epochs.length}${bestWords(history)}`);
  out.fact('stopped', history.stopReason);
  out.fact('backend', `${backend.name}: ${backend.describe()}`);
  out.line();
  if (measured !== undefined) {
    out.line('test', 'bold');
    printMeasured(measured, plan.target, out);
    out.line();
  }
  out.line(`The model is in ${plan.out}. To use it: glia predict ${plan.out} FILE`, 'green');
}

/** The same as data. */
export function trainedJson(
  plan: TrainPlan,
  data: TrainData,
  { model, history, seconds }: Trained,
  measured: Measured | undefined,
  report: string | undefined,
): object {
  const { prepare, parts, task, dropped, notes, left, warnings } = data;
  const { backend } = model.session.engine;
  const rowsOf = ({ rows }: Table) => rows;
  return {
    task,
    target: plan.target,
    classes: prepare.classes,
    rows: {
      train: rowsOf(parts.train),
      validation: rowsOf(parts.validation),
      test: rowsOf(parts.test),
      leftOut: left,
    },
    features: prepare.groups.map(({ column }) => column),
    dropped,
    notes,
    warnings,
    ...measuredJson(measured),
    history: {
      epochs: history.epochs.length,
      steps: history.steps,
      best: history.epochs.find(({ epoch }) => epoch === history.best?.epoch) ?? null,
      final: history.final,
    },
    stopReason: history.stopReason,
    backend: { name: backend.name, description: backend.describe() },
    model: plan.out,
    report: report ?? null,
    seed: plan.seed,
    seconds,
  };
}

/** The epoch with the least loss: with validation data its weights were kept. */
function bestWords({ best }: History): string {
  if (best === undefined) return '';
  return `, the best was ${best.epoch} (${best.monitor} ${best.value.toPrecision(4)})`;
}

function listed(names: readonly string[]): string {
  if (names.length <= MOST_NAMED) return names.join(', ');
  return `${names.slice(0, MOST_NAMED).join(', ')} and ${names.length - MOST_NAMED} more`;
}

function indented(text: string): string {
  return text.replace(/^/gm, '  ');
}
