import type { AleData } from '../ale.ts';
import { instantsOf } from '../dates.ts';
import type { DeletionCurveData, DeletionLine } from '../deletion-curve.ts';
import type { PartialDependenceData } from '../partial-dependence.ts';
import type { ReliabilityData } from '../reliability-diagram.ts';
import { known } from './explanation.ts';
import { filled, methodOf, outputAt, type ResultOptions, rowAt, type Shaped } from './result.ts';

/** What `partialDependence` of `glia/explain` gives. */
export interface DependenceResult {
  readonly method: 'partialDependence';
  readonly output: string;
  readonly unit?: string;
  readonly outputNames: readonly string[];
  readonly grid: readonly {
    readonly feature: string;
    readonly values: readonly unknown[];
    readonly observed: readonly unknown[];
  }[];
  /** `[outputs][points]` */
  readonly average?: readonly (readonly number[])[];
  /** `[outputs][rows][points]` */
  readonly individual?: readonly (readonly (readonly number[])[])[];
}

/** What `ale` of `glia/explain` gives. */
export interface AleResult {
  readonly method: 'ale';
  readonly output: string;
  readonly unit?: string;
  readonly outputNames: readonly string[];
  readonly feature: string;
  readonly edges: readonly number[];
  /** `[outputs][edges]` */
  readonly values: readonly (readonly number[])[];
  readonly observed: readonly number[];
}

/** What `deletion` and `insertion` give. */
export interface CurveResult {
  readonly method: 'deletion' | 'insertion';
  readonly output: string;
  readonly unit?: string;
  readonly fractions: readonly number[];
  /** `[rows, points]` */
  readonly curves: Shaped;
  readonly auc: Shaped;
}

/** What `faithfulness` gives: both of its curves are drawn. */
export interface FaithfulnessResult {
  readonly deletion: CurveResult;
  readonly insertion: CurveResult;
}

/** What `calibration` gives. */
export interface CalibrationResult {
  readonly method: 'calibration';
  readonly bins: readonly {
    readonly confidence: number;
    readonly accuracy: number;
    readonly count: number;
  }[];
  readonly ece: number;
}

/** What is predicted, as an axis has it: `probability of yes`. */
export function unitOf(
  { output, unit, outputNames }: { output: string; unit?: string; outputNames: readonly string[] },
  k: number,
): string {
  const [what, name] = [unit ?? output, outputNames[k]!];
  return what === name ? what : `${what} of ${name}`;
}

/** The curve of one column; other data as they are. */
export function dependenceOf(
  where: string,
  data: PartialDependenceData | DependenceResult,
  { output, row }: ResultOptions,
): PartialDependenceData {
  if (methodOf(data) !== 'partialDependence') return data as PartialDependenceData;
  const result = data as DependenceResult;
  const { grid, average, individual, outputNames } = result;
  const k = outputAt(where, output, outputNames, 0);
  const { feature, values, observed } = grid[0]!;
  const ice =
    row === undefined ? individual?.[k] : [individual?.[k]?.[rowAt(where, row, individual[k]!.length)] ?? []];
  return {
    ...placesOf(values, observed),
    average: average?.[k] ?? meansOf(individual?.[k] ?? [], values.length),
    ...(ice !== undefined && { ice }),
    name: feature,
    unit: unitOf(result, k),
  };
}

/** Values of a column where a picture has them: numbers, dates or names, and what the rows have there. */
export function placesOf(
  values: readonly unknown[],
  observed: readonly unknown[],
): Pick<PartialDependenceData, 'grid' | 'dates' | 'categories' | 'rug'> {
  if (values.every((value) => typeof value === 'number'))
    return { grid: values, rug: observed.filter((value) => typeof value === 'number') };
  if (instantsOf(values) === undefined) return { categories: values.map((value) => String(known(value))) };
  return {
    dates: values as readonly string[],
    rug: observed.filter(
      (value) => typeof value === 'string' && instantsOf([value]) !== undefined,
    ) as string[],
  };
}

function meansOf(rows: readonly (readonly number[])[], points: number): number[] {
  return Array.from({ length: points }, (_, i) => rows.reduce((sum, row) => sum + row[i]! / rows.length, 0));
}

/** The curve of one output; other data as they are. */
export function effectOf(where: string, data: AleData | AleResult, { output }: ResultOptions): AleData {
  if (methodOf(data) !== 'ale') return data as AleData;
  const result = data as AleResult;
  const k = outputAt(where, output, result.outputNames, 0);
  return {
    grid: result.edges,
    effect: result.values[k]!,
    rug: result.observed,
    name: result.feature,
    unit: unitOf(result, k),
  };
}

/** Mean curves over the rows, or those of one row; other data as they are. */
export function deletionOf(
  where: string,
  data: DeletionCurveData | CurveResult | FaithfulnessResult,
  options: ResultOptions,
): DeletionCurveData {
  if (typeof data !== 'object' || data === null) return data;
  if ('deletion' in data && 'insertion' in data) {
    return {
      curves: [data.deletion, data.insertion].map((curve) => lineOf(where, curve, options)),
      unit: data.deletion.unit ?? data.deletion.output,
      action: 'removed or inserted',
    };
  }
  if (!('fractions' in data)) return data;
  return {
    curves: [lineOf(where, data, options)],
    unit: data.unit ?? data.output,
    action: data.method === 'insertion' ? 'inserted' : 'removed',
  };
}

function lineOf(
  where: string,
  { method, fractions, auc, ...rest }: CurveResult,
  { row }: ResultOptions,
): DeletionLine {
  const curves = filled(where, rest.curves);
  const [rows, points] = [curves.shape[0]!, fractions.length];
  const chosen = row === undefined ? Array.from({ length: rows }, (_, i) => i) : [rowAt(where, row, rows)];
  const mean = (values: ArrayLike<number>, at: (i: number) => number) =>
    chosen.reduce((sum, i) => sum + values[at(i)]! / chosen.length, 0);
  return {
    name: method,
    fraction: fractions,
    score: fractions.map((_, point) => mean(curves.data, (i) => i * points + point)),
    auc: mean(auc.data, (i) => i),
  };
}

/** The bins of a calibration; other data as they are. */
export function reliabilityOf(data: ReliabilityData | CalibrationResult): ReliabilityData {
  if (methodOf(data) !== 'calibration') return data as ReliabilityData;
  const { bins, ece } = data as CalibrationResult;
  return {
    confidence: bins.map(({ confidence }) => confidence),
    accuracy: bins.map(({ accuracy }) => accuracy),
    counts: bins.map(({ count }) => count),
    ece,
  };
}
