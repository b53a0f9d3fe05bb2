import { largest } from '../base/order.ts';
import { type ModelAnswers, ranked } from '../report/ask-model.ts';
import type { Model } from '../train/model.ts';
import { counted, type Output, shortened } from './output.ts';
import type { RowsToJudge } from './rows-to-judge.ts';

/** Points of a curve that are printed. */
const MOST_POINTS = 6;

/** A model that was explained, and on what. */
export interface ExplainedModel {
  readonly rows: RowsToJudge;
  readonly answers: ModelAnswers;
  readonly model: Model;
  readonly folder: string;
  readonly file: string;
  readonly seed: number;
  /** Where the page was written. */
  readonly page: string | undefined;
}

/** For people: the columns by how much they matter, and how predictions go with the first of them. */
export function printModel(about: ExplainedModel, most: number, out: Output): void {
  const { rows, answers, model, folder, file, page } = about;
  const { prepare, engine } = model.session;
  const without = rows.labelled
    ? ''
    : `, without ${prepare?.target?.column ?? 'a target'}: nothing is shuffled`;
  out.line(`${folder} on ${file}`, 'bold');
  out.fact('rows', `${rows.judged.table.rows}${without}`);
  out.fact('backend', `${engine.backend.name}: ${engine.backend.describe()}`);
  out.line();
  printColumns(answers, most, out);
  printCurves(answers, out);
  for (const warning of warningsOf(answers)) out.fact('warning', warning);
  if (page !== undefined) out.line(`The page is in ${page}.`, 'green');
}

/** The columns by how much they matter, for people. */
function printColumns({ columns, sizes, shuffled, sampled }: ModelAnswers, most: number, out: Output): void {
  const size = new Map(columns.map((name, i) => [name, sizes[i]!]));
  const at = new Map(shuffled?.features.map((name, i) => [name, i]));
  const all = ranked(columns, shuffled?.mean ?? sizes);
  const rows = all.slice(0, most).map((name) => {
    const i = at.get(name);
    const rise =
      shuffled === undefined || i === undefined ? [] : [withError(shuffled.mean[i]!, shuffled.stdError[i]!)];
    return { name, cells: [...rise, short(size.get(name)!)] };
  });
  const headings = [...(shuffled === undefined ? [] : ['loss rises by']), 'mean |attribution|'];
  const widths = headings.map((heading, j) =>
    Math.max(heading.length, ...rows.map(({ cells }) => cells[j]!.length)),
  );
  const room = out.width - 2 - widths.reduce((sum, width) => sum + width + 2, 0);
  const names = ['column', ...rows.map(({ name }) => shortened(name, room))];
  const widest = largest(names.map((name) => [...name].length));
  [headings, ...rows.map(({ cells }) => cells)].forEach((cells, i) => {
    const padded = `${names[i]!}${' '.repeat(widest - [...names[i]!].length)}`;
    out.line(`  ${padded}${cells.map((cell, j) => cell.padStart(widths[j]! + 2)).join('')}`);
  });
  if (all.length > rows.length) out.line(`  and ${all.length - rows.length} more`);
  out.line();
  if (shuffled !== undefined) {
    const how = `${counted(shuffled.nRepeats, 'shuffle')} of each column over ${counted(shuffled.rows, 'row')}; the loss is ${short(shuffled.base)} as it is`;
    out.fact('shuffling', how);
  }
  out.fact('explained', `${sampled.method} of ${counted(sampled.rows, 'row')}, in units of ${sampled.unit}`);
}

/** A few points of each curve, for people. */
function printCurves({ dependence }: ModelAnswers, out: Output): void {
  for (const { feature, predicted, values, average } of dependence) {
    const every = Math.max(1, (values.length - 1) / (MOST_POINTS - 1));
    const points = Array.from({ length: Math.min(values.length, MOST_POINTS) }, (_, i) =>
      Math.round(i * every),
    );
    const words = points.map((i) => {
      const value = values[i]!;
      return `${short(average[i]!)} at ${typeof value === 'number' ? short(value) : value}`;
    });
    out.fact('mean', `${predicted} by ${feature}: ${words.join(', ')}`);
  }
}

/** The same as data. */
export function modelJson({ rows, answers, model, folder, file, seed, page }: ExplainedModel): object {
  const { columns, sizes, shuffled, sampled, background, dependence } = answers;
  const { judged, left } = rows;
  const { prepare, engine } = model.session;
  return {
    target: prepare?.target?.column ?? null,
    rows: { explained: judged.table.rows, leftOut: left },
    importance:
      shuffled === undefined
        ? null
        : {
            method: shuffled.method,
            ...{ metric: shuffled.metric, base: shuffled.base, rows: shuffled.rows },
            nRepeats: shuffled.nRepeats,
            columns: shuffled.features.map((column, i) => ({
              column,
              mean: shuffled.mean[i],
              stdError: shuffled.stdError[i],
            })),
          },
    attributions: {
      method: sampled.method,
      unit: sampled.unit,
      rows: sampled.rows,
      background: background.rows,
      columns: columns.map((column, i) => ({ column, mean: sizes[i] })),
    },
    dependence: dependence.map(({ feature, predicted, values, average }) => ({
      column: feature,
      ...{ predicted, values, average },
    })),
    warnings: warningsOf(answers),
    html: page ?? null,
    backend: { name: engine.backend.name, description: engine.backend.describe() },
    ...{ model: folder, file, seed },
  };
}

function warningsOf({ shuffled, sampled }: ModelAnswers): string[] {
  return [...new Set([...(shuffled?.warnings ?? []), ...sampled.warnings])];
}

/** What too few shuffles leave open is left out. */
function withError(mean: number, stdError: number): string {
  return Number.isNaN(stdError) ? short(mean) : `${short(mean)} ± ${short(stdError)}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(4)));
}
