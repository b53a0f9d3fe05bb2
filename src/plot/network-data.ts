import { ShapeError } from '../base/errors.ts';
import { ascending, descending } from '../base/order.ts';
import { checkNumber } from '../base/ranges.ts';
import { largestOf } from './means.ts';
import { fieldsOf, type Grid, gridOf, listOf, namesOf, numbersOf, type Rows, textOf } from './reading.ts';

/** A layer of {@link NetworkData}. */
export interface NetworkLayer {
  /** How many units it has. */
  readonly units: number;
  /** Default `input`, `layer 1`, …, `output`. */
  readonly name?: string;
  /** A number for each unit: activation or attribution. */
  readonly nodes?: ArrayLike<number>;
  /** A name for each unit. */
  readonly nodeNames?: ArrayLike<string>;
}

/** What `network` draws. */
export interface NetworkData {
  /** The inputs first. */
  readonly layers: ArrayLike<NetworkLayer>;
  /** Weights between a layer and the one before: `[units, units of the one before]`. */
  readonly weights: ArrayLike<Rows>;
  /** What the numbers on the units are. Default `activation`. */
  readonly unit?: string;
}

/** A unit that is drawn. */
export interface Unit {
  readonly index: number;
  readonly name: string;
  /** Undefined where there is no number, or none that is finite. */
  readonly value: number | undefined;
}

/** A layer and those of its units that are drawn. */
export interface UnitLayer {
  readonly name: string;
  readonly units: number;
  readonly shown: readonly Unit[];
  /** Whether its units have names of their own. */
  readonly named: boolean;
  /** Largest size of a number on a unit; 0 without numbers. */
  readonly limit: number;
}

/** Weights between two layers. */
export interface Connection {
  readonly weight: (to: number, from: number) => number;
  /** Largest size; 1 where all are zero. */
  readonly limit: number;
}

/** Reads a network and chooses the units that are drawn. */
export function networkOf(
  data: NetworkData,
  most: number,
): { layers: UnitLayer[]; connections: Connection[]; unit: string } {
  const fields = fieldsOf('network: data', data, ['layers', 'weights', 'unit']);
  const layers = listOf('network', 'layers', fields.layers, 'layers');
  const weights = listOf('network', 'weights', fields.weights, 'tables of weights');
  if (weights.length !== Math.max(0, layers.length - 1)) {
    throw new ShapeError(`network: ${weights.length} weights for ${layers.length} layers`, {
      hint: 'each layer but the first has weights',
    });
  }
  const sizes = Array.from({ length: layers.length }, (_, i) => sizeOf(layers[i] as NetworkLayer, i));
  const tables = Array.from({ length: weights.length }, (_, i) => tableOf(weights[i], i, sizes));
  return {
    layers: sizes.map((_, i) => layerOf(layers[i] as NetworkLayer, i, sizes, tables, most)),
    connections: tables.map((table) => ({
      weight: (to, from) => table.data[to * table.columns + from]!,
      limit: largestOf(table.data) || 1,
    })),
    unit: textOf('network', 'unit', fields.unit, 'activation'),
  };
}

function sizeOf(layer: NetworkLayer, i: number): number {
  const { units } = fieldsOf(`network: layers[${i}]`, layer, ['units', 'name', 'nodes', 'nodeNames']);
  return checkNumber('network', `layers[${i}].units`, units, { least: 1, most: 2 ** 24, whole: true });
}

function tableOf(weights: unknown, i: number, sizes: readonly number[]): Grid {
  const table = gridOf('network', `weights[${i}]`, weights);
  const [rows, columns] = [sizes[i + 1]!, sizes[i]!];
  if (table.rows === rows && table.columns === columns) return table;
  throw new ShapeError(
    `network: weights[${i}] is [${table.rows}, ${table.columns}], wanted [${rows}, ${columns}]`,
    {
      hint: 'a row for each unit, a column for each unit of the layer before',
    },
  );
}

function layerOf(
  layer: NetworkLayer,
  i: number,
  sizes: readonly number[],
  tables: readonly Grid[],
  most: number,
): UnitLayer {
  const [at, units] = [`layers[${i}]`, sizes[i]!];
  const other = i === 0 ? 'input' : i === sizes.length - 1 ? 'output' : `layer ${i}`;
  const names = namesOf('network', `${at}.nodeNames`, layer.nodeNames, units, (n) => `unit ${n}`);
  const values =
    layer.nodes === undefined ? undefined : numbersOf('network', `${at}.nodes`, layer.nodes, units);
  const limit = values === undefined ? 0 : largestOf(values);
  const weight = limit > 0 ? values! : strengths(units, tables[i - 1], tables[i]);
  const ranked = Array.from({ length: units }, (_, n) => n).sort((a, b) =>
    descending(sizeAt(weight, a), sizeAt(weight, b)),
  );
  const shown = ranked.slice(0, most).sort((a, b) => ascending(a, b));
  return {
    name: textOf('network', `${at}.name`, layer.name, other),
    units,
    named: layer.nodeNames !== undefined,
    limit,
    shown: shown.map((index) => {
      const value = values?.[index];
      return { index, name: names[index]!, value: Number.isFinite(value) ? value : undefined };
    }),
  };
}

/** How much weight each unit has to the layers beside it. */
function strengths(units: number, before: Grid | undefined, after: Grid | undefined): Float64Array {
  const sums = new Float64Array(units);
  const add = (grid: Grid, unitOf: (i: number) => number): void => {
    const limit = largestOf(grid.data) || 1;
    grid.data.forEach((x, i) => {
      if (Number.isFinite(x)) sums[unitOf(i)]! += Math.abs(x) / limit;
    });
  };
  if (before !== undefined) add(before, (i) => Math.floor(i / before.columns));
  if (after !== undefined) add(after, (i) => i % after.columns);
  return sums;
}

function sizeAt(values: Float64Array, i: number): number {
  const x = Math.abs(values[i]!);
  return Number.isFinite(x) ? x : 0;
}
