import { checkNumber } from '../base/ranges.ts';
import { across, below, NUMBERS, overhang } from './axes.ts';
import { nothing } from './empty.ts';
import { type Box, figure, type PlotOptions, plotOptions } from './figure.ts';
import { MARK } from './marks.ts';
import { element, joined, type Markup } from './markup.ts';
import { spreadOf } from './means.ts';
import { counted, numeral } from './numerals.ts';
import { fieldsOf, leftOut, listOf, numbersOf, textOf } from './reading.ts';
import { translated } from './results/result.ts';
import { histogramsOf, type SnapshotsResult, type WeightsResult } from './results/weights.ts';
import { type Domain, domainOf } from './scale.ts';
import { label, SIZE, inWords as spokenName, title, widthOf } from './text.ts';
import { fill } from './theme.ts';

/** Weights of one layer. */
export interface LayerWeights {
  readonly values: ArrayLike<number>;
  /** Such as `hidden.weight`. Default `layer 0`, … */
  readonly name?: string;
}

/** What {@link weightHistograms} draws. */
export interface WeightHistogramsData {
  readonly layers: ArrayLike<LayerWeights>;
  /** Name of the axis. Default `weight`. */
  readonly unit?: string;
}

/** Options of {@link weightHistograms}. */
export interface WeightHistogramsOptions extends PlotOptions {
  /** Bars of each histogram, 1 to 200. Default 30. */
  readonly bins?: number;
  /** Of snapshots: the epoch. Default: the last. */
  readonly epoch?: number;
}

interface Layer {
  readonly name: string;
  readonly finite: Float64Array;
  readonly all: number;
  readonly mean: number;
  readonly deviation: number;
}

const HEIGHT = 62;
const HEADING = 20;

/**
 * Weights of each layer as a histogram, with an axis of its own: layers that did not move, and those with weights far
 * out, are seen at a glance. The heading gives number, mean and standard deviation.
 *
 * | field    | what                                       |
 * | -------- | ------------------------------------------ |
 * | `layers` | a list of `{ values, name }`; `values` `[n]` |
 * | `unit`   | name of the axis                           |
 *
 * Weights that are not finite are left out, and a note says how many. Cost: two passes over the weights.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @example
 * weightHistograms({ layers: [{ name: 'hidden.weight', values: [0.1, -0.3, 0.2, 0.05] }] });
 */
export function weightHistograms(
  data: WeightHistogramsData | WeightsResult | SnapshotsResult,
  options: WeightHistogramsOptions = {},
): string {
  const where = 'weightHistograms';
  const own = plotOptions(where, options, ['bins', 'epoch']);
  const bins = checkNumber(where, 'bins', own.bins ?? 30, { least: 1, most: 200, whole: true });
  const fields = fieldsOf(
    `${where}: data`,
    translated(where, data, (given) => histogramsOf(where, given, own.epoch)),
    ['layers', 'unit'],
  );
  const list = listOf(where, 'layers', fields.layers, 'layers');
  const layers = Array.from({ length: list.length }, (_, i) => layerOf(list[i] as LayerWeights, i));
  const unit = textOf(where, 'unit', fields.unit, 'weight');
  const total = layers.reduce((sum, { all }) => sum + all, 0);
  const missing = layers.reduce((sum, { all, finite }) => sum + all - finite.length, 0);
  const rows = Math.max(1, layers.length);
  return figure({
    where,
    options: own,
    title: [{ name: unit }, ' by layer'],
    description: layers.length === 0 ? 'No layers.' : `${layers.map(inWords).join('; ')}.`,
    least: rows * (HEADING + HEIGHT + NUMBERS),
    notes: leftOut(missing, total, 'weights'),
    draw: (body) => {
      if (layers.length === 0) return [nothing(body)];
      const height = (body.bottom - body.top) / rows;
      return layers.map((layer, i) => {
        const top = body.top + i * height;
        return drawn(layer, bins, { ...body, top, bottom: top + height });
      });
    },
  });
}

function layerOf(data: LayerWeights, i: number): Layer {
  const at = `weightHistograms: layers[${i}]`;
  const fields = fieldsOf(at, data, ['values', 'name']);
  const values = numbersOf(at, 'values', fields.values);
  const finite = values.filter(Number.isFinite);
  return {
    name: textOf(at, 'name', fields.name, `layer ${i}`),
    finite,
    all: values.length,
    ...spreadOf(finite),
  };
}

function inWords({ name, finite, mean, deviation }: Layer): string {
  if (finite.length === 0) return `${spokenName(name)}: none`;
  return `${spokenName(name)}: ${counted(finite.length, 'weight')}, mean ${numeral(mean)}, deviation ${numeral(deviation)}`;
}

function drawn(layer: Layer, bins: number, box: Box): Markup {
  const { name, finite, mean, deviation } = layer;
  const figures =
    finite.length === 0 ? 'none' : `n ${finite.length}, ${numeral(mean)} ± ${numeral(deviation)}`;
  const room = box.right - box.left - widthOf(figures, SIZE.tick) - 12;
  const side = overhang(across(domainOf(finite), box.left, box.right)) + 4;
  const area = {
    left: box.left + side,
    right: box.right - side,
    top: box.top + HEADING,
    bottom: box.bottom - NUMBERS,
  };
  const scale = across(domainOf(finite), area.left, area.right);
  const heading = [
    label(box.left, box.top + 13, name, { room, bold: true }),
    label(box.right, box.top + 13, figures, { anchor: 'end', size: SIZE.tick, colour: 'soft' }),
  ];
  const counts = countsIn(finite, scale.domain, bins);
  const most = counts.reduce((a, b) => Math.max(a, b), 1);
  const width = (area.right - area.left) / bins;
  const bars = Array.from(counts, (count, i) => {
    if (count === 0) return joined([]);
    const height = Math.max(1, ((area.bottom - area.top - 4) * count) / most);
    const bar = {
      x: area.left + i * width + 0.5,
      y: area.bottom - height,
      width: Math.max(0.5, width - 1),
      height,
    };
    return element('rect', { ...bar, class: `${fill('1')} ${MARK}` }, title(counted(count, 'weight')));
  });
  return joined([...heading, below(area, scale), ...bars]);
}

function countsIn(values: Float64Array, [low, high]: Domain, bins: number): Float64Array {
  const counts = new Float64Array(bins);
  for (const x of values) {
    const share = (x / 4 - low / 4) / (high / 4 - low / 4);
    counts[Math.min(bins - 1, Math.floor(share * bins))]!++;
  }
  return counts;
}
