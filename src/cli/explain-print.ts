import type { Backend } from '../backend/backend.ts';
import type { Why } from '../explain/explain.ts';
import type { Attribution } from '../explain/explanation.ts';
import { shownValue } from '../explain/picture.ts';
import { aligned } from './command.ts';
import { type Output, shortened } from './output.ts';

/** A row that was explained, and where it came from. */
export interface ExplainedRow {
  readonly why: Why;
  /** Counted from 0 below the header. */
  readonly row: number;
  /** The line of the file, from 1. */
  readonly line: number | undefined;
  readonly model: string;
  readonly file: string;
  /** Where the page was written. */
  readonly page: string | undefined;
  readonly backend: Backend;
}

/** For people: the prediction, the columns that weigh most, and what is to be said about them. */
export function printWhy(
  { why, row, line, file, page, backend }: ExplainedRow,
  most: number,
  out: Output,
): void {
  const { prediction, outputName, output, baseValue, attributions, checks, warnings, explanation } = why;
  out.line(`row ${row} of ${file}${line === undefined ? '' : ` (line ${line})`}`, 'bold');
  if ('class' in prediction) {
    out.fact(
      'prediction',
      `${prediction.class}, ${(100 * prediction.probabilities[prediction.class]!).toFixed(2)} %`,
    );
  } else if ('value' in prediction) out.fact('prediction', short(prediction.value));
  out.fact(
    'explained',
    explanation.unit === outputName
      ? `${outputName} ${short(output)}`
      : `${outputName}, ${explanation.unit} ${short(output)}`,
  );
  out.fact('compared', `with ${short(baseValue)}`);
  out.fact('method', explanation.method);
  out.fact('backend', `${backend.name}: ${backend.describe()}`);
  out.line();
  const left = attributions.length - most;
  const shown = attributions
    .slice(0, most)
    .map((one) => [named(one, out.width - 20), signed(one.attribution)] as const);
  for (const line of aligned(shown)) out.line(line);
  if (left > 0) {
    const rest = attributions.slice(most).reduce((sum, { attribution }) => sum + attribution, 0);
    out.line(`  and ${left} more, together ${signed(rest)}`);
  }
  out.line();
  const { completenessError: error } = checks;
  out.fact(
    'sum',
    error === undefined ? 'need not be the difference' : `misses the difference by ${short(error)}`,
  );
  for (const warning of warnings) out.fact('warning', warning);
  if (page !== undefined) out.line(`The page is in ${page}.`, 'green');
}

/** The same as data. */
export function whyJson({ why, row, line, model, file, page, backend }: ExplainedRow): object {
  const { prediction, outputName, output, baseValue, attributions, checks, warnings, explanation } = why;
  return {
    ...{ row, line: line ?? null, prediction },
    target: outputName,
    unit: explanation.unit,
    ...{ output, baseValue },
    method: explanation.method,
    options: explanation.options,
    attributions: attributions.map((one) => ({ ...one, value: one.value ?? null })),
    completenessError: checks.completenessError ?? null,
    warnings,
    html: page ?? null,
    backend: { name: backend.name, description: backend.describe() },
    ...{ model, file },
  };
}

/** A column and its value; where both are long the name gives way. */
function named(one: Attribution, room: number): string {
  const value = shortened(String(shownValue(one)), Math.floor(room / 2));
  return `${shortened(one.feature, room - value.length - 3)} = ${value}`;
}

function short(value: number): string {
  return String(Number(value.toPrecision(5)));
}

function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${short(value)}`;
}
