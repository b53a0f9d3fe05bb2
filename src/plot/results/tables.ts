import { OptionError } from '../../base/errors.ts';
import type { BeeswarmData } from '../beeswarm.ts';
import type { HeatmapData } from '../heatmap.ts';
import type { HeatmapOverlayData } from '../heatmap-overlay.ts';
import type { ScatterData } from '../scatter.ts';
import type { AttributionLogResult } from './bars.ts';
import { type DependenceResult, unitOf } from './curves.ts';
import { type Explained, explanationIn, known, tableIn } from './explanation.ts';
import type { InfluenceResult } from './influence.ts';
import { filled, methodOf, outputAt, type ResultOptions, rowAt } from './result.ts';

/** Results that are tables of numbers. */
export type HeatmapResult = Explained | DependenceResult | InfluenceResult | AttributionLogResult;

/** Rows and columns of a result; other data as they are. */
export function heatmapOf(
  where: string,
  data: HeatmapData | HeatmapResult,
  options: ResultOptions,
): HeatmapData {
  const explanation = explanationIn(data);
  if (explanation !== undefined) {
    const { names, values } = tableIn(where, explanation, options);
    const rowNames = values.map((_, row) => `row ${row}`);
    return { values, columnNames: names, rowNames, unit: `attribution, ${explanation.unit}`, signed: true };
  }
  if (typeof data !== 'object' || data === null) return data;
  const method = methodOf(data);
  if (method === 'partialDependence') return surfaceOf(where, data as DependenceResult, options);
  if (method === 'influence') {
    const values = filled(where, (data as InfluenceResult).values);
    const name = (what: string, n: number) => Array.from({ length: n }, (_, i) => `${what} ${i}`);
    const [train, test] = [values.shape[0]!, values.shape[1]!];
    return {
      values,
      rowNames: name('training row', train),
      columnNames: name('test row', test),
      unit: 'influence',
      signed: true,
    };
  }
  if ('columns' in data && 'epochs' in data) {
    const { columns, epochs } = data as AttributionLogResult;
    return {
      values: epochs.map(({ importance }) => importance),
      columnNames: columns,
      rowNames: epochs.map(({ epoch }) => `epoch ${epoch}`),
      unit: 'mean |attribution|',
    };
  }
  return data as HeatmapData;
}

function surfaceOf(where: string, result: DependenceResult, { output }: ResultOptions): HeatmapData {
  const { grid, average, outputNames } = result;
  const k = outputAt(where, output, outputNames, 0);
  if (grid.length !== 2 || average === undefined) {
    throw new OptionError(`${where}: this is no surface over two columns`, {
      hint: 'partialDependence draws one column',
    });
  }
  const [first, second] = grid as [DependenceResult['grid'][0], DependenceResult['grid'][0]];
  const name = (value: unknown) =>
    typeof value === 'number' ? String(Number(value.toPrecision(3))) : String(known(value));
  const width = second.values.length;
  return {
    values: first.values.map((_, i) => average[k]!.slice(i * width, (i + 1) * width)),
    rowNames: first.values.map((value) => `${first.feature} ${name(value)}`),
    columnNames: second.values.map((value) => `${second.feature} ${name(value)}`),
    unit: unitOf(result, k),
  };
}

/** Contributions and values of an explanation, row by row; other data as they are. */
export function swarmOf(where: string, data: BeeswarmData | Explained, options: ResultOptions): BeeswarmData {
  const explanation = explanationIn(data);
  if (explanation === undefined) return data as BeeswarmData;
  const { names, values, inputs } = tableIn(where, explanation, options);
  // Categories have no order: all of them lie in the middle.
  const ordered = names.map((_, j) => inputs.every((row) => typeof row[j] !== 'string'));
  return {
    values,
    names,
    inputs: inputs.map((row) =>
      row.map((value, j) => numberOf(ordered[j] ? value : (value ?? undefined) && 0)),
    ),
    unit: `attribution, ${explanation.unit}`,
  };
}

function numberOf(value: unknown): number {
  return typeof value === 'number' ? value : typeof value === 'boolean' ? Number(value) : Number.NaN;
}

/**
 * What one column contributes by its value; other data as they are.
 *
 * @throws {OptionError} for a column that there is none of, or that has no numbers.
 */
export function dependenceIn(
  where: string,
  data: ScatterData | Explained,
  { feature, ...options }: ResultOptions & { readonly feature?: string },
): ScatterData {
  const explanation = explanationIn(data);
  if (explanation === undefined) return data as ScatterData;
  const { names, values, inputs } = tableIn(where, explanation, options);
  const numeric = names.filter((_, j) => inputs.every((row) => typeof row[j] !== 'string'));
  const name = feature ?? numeric[0];
  const j = names.indexOf(name ?? '');
  if (name === undefined || !numeric.includes(name)) {
    throw new OptionError(`${where}: there is no numeric column ${JSON.stringify(name ?? '')}`, {
      columns: numeric.slice(0, 20).join(', ') || 'none',
    });
  }
  return {
    x: inputs.map((row) => numberOf(row[j])),
    y: values.map((row) => row[j]!),
    xName: name,
    yName: `attribution, ${explanation.unit}`,
  };
}

/**
 * A row of an explanation whose inputs are pictures, `[height, width]` or `[channels, height, width]`; other data as
 * they are.
 *
 * @throws {OptionError} where the inputs are no picture, and no `imageWidth` says how wide it is.
 */
export function overlayOf(
  where: string,
  data: HeatmapOverlayData | Explained,
  { row = 0, output, imageWidth }: ResultOptions & { readonly imageWidth?: number },
): HeatmapOverlayData {
  const explanation = explanationIn(data);
  if (explanation === undefined) return data as HeatmapOverlayData;
  const { data: inputs, values, unit, rows, target, outputNames } = explanation;
  rowAt(where, row, rows);
  const own = inputs.shape.slice(1);
  const size = own.reduce((product, n) => product * n, 1);
  const width = own.length > 1 ? own.at(-1)! : (imageWidth ?? 0);
  const channels = own.length === 3 ? own[0]! : 1;
  const height = size / width / channels;
  if (own.length > 3 || !Number.isInteger(height) || ![1, 3].includes(channels)) {
    throw new OptionError(`${where}: inputs of the shape [${own.join(', ')}] are no picture`, {
      hint: 'imageWidth says how many pixels a row of it has',
    });
  }
  const k = outputAt(where, output, outputNames, target[row]!);
  const each = values.data.length / inputs.data.length;
  const at = each === 1 ? 0 : k;
  const pixels = width * height;
  const planes = Array.from({ length: channels }, (_, c) => row * size + c * pixels);
  return {
    image: Array.from({ length: pixels * channels }, (_, i) => {
      return inputs.data[planes[i % channels]! + Math.floor(i / channels)]!;
    }),
    attributions: Array.from({ length: pixels }, (_, pixel) =>
      planes.reduce((sum, plane) => sum + values.data[(plane + pixel) * each + at]!, 0),
    ),
    ...{ width, height, channels: channels as 1 | 3, unit, signed: true },
    outputName: outputNames[k]!,
  };
}
