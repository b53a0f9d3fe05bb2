import { DataError } from '../base/errors.ts';
import { type Axes, plane, reference, rule } from './axes.ts';
import { nothing } from './empty.ts';
import { type Box, figure, type PlotOptions, plotOptions } from './figure.ts';
import { MARK } from './marks.ts';
import { element, joined, type Markup } from './markup.ts';
import { numeral, percent } from './numerals.ts';
import { fieldsOf, finiteOf, leftOut, numbersOf } from './reading.ts';
import { type CalibrationResult, reliabilityOf } from './results/curves.ts';
import { translated } from './results/result.ts';
import { label, SIZE, title } from './text.ts';
import { fill, stroke } from './theme.ts';

/** What {@link reliabilityDiagram} draws. */
export interface ReliabilityData {
  /** Mean predicted probability of the rows in each bin. */
  readonly confidence: ArrayLike<number>;
  /** Share of them that were right. */
  readonly accuracy: ArrayLike<number>;
  /** How many there are; bins without any are passed over. */
  readonly counts: ArrayLike<number>;
  /** Expected calibration error, for the title. Default: computed from the bins. */
  readonly ece?: number;
}

interface Bin {
  readonly confidence: number;
  readonly accuracy: number;
  readonly count: number;
}

const COUNTS = 64;

/**
 * Reliability diagram (Niculescu-Mizil and Caruana 2005): how often predictions were right, by how sure they were. On the
 * diagonal both agree; a stroke shows each gap, and bars below how many rows a bin has.
 *
 * | field        | what                                                    |
 * | ------------ | ------------------------------------------------------- |
 * | `confidence` | mean predicted probability of each bin, 0 to 1          |
 * | `accuracy`   | share of right predictions in each bin, 0 to 1          |
 * | `counts`     | rows in each bin                                        |
 * | `ece`        | expected calibration error; default: from the bins      |
 *
 * The expected calibration error is the mean gap, weighted by counts (Naeini et al. 2015). Bins without rows are
 * passed over; bins with rows whose numbers are not finite are left out, and a note says how many. Cost: about 500
 * bytes a bin.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when the lists differ in length.
 * @throws {DataError} for a probability or share outside 0 to 1, and for a count below 0.
 * @example
 * reliabilityDiagram({ confidence: [0.55, 0.9], accuracy: [0.5, 0.95], counts: [20, 80] });
 */
export function reliabilityDiagram(
  data: ReliabilityData | CalibrationResult,
  options: PlotOptions = {},
): string {
  const where = 'reliabilityDiagram';
  const own = plotOptions(where, options);
  const { bins, ece, all } = read(data);
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return figure({
    where,
    options: own,
    title: `How far probabilities can be trusted: calibration error ${percent(ece)}`,
    description: describe(bins, ece),
    least: 200 + COUNTS,
    usual: 330 + COUNTS,
    notes: leftOut(all - bins.length, all, 'bins'),
    draw: (body) => {
      const inner = { ...body, bottom: body.bottom - COUNTS };
      const [x, y] = [
        { domain: [0, 1], name: 'predicted probability' } as const,
        { domain: [0, 1], name: 'share right' } as const,
      ];
      const axes = plane(inner, x, y);
      const { left, right, top, bottom } = axes.area;
      return [
        axes.marks,
        reference(left, bottom, right, top),
        ...bins.map((bin) => drawn(bin, axes)),
        ...histogram(bins, total, axes, { left, right, top: inner.bottom + 12, bottom: body.bottom }),
        ...(bins.length === 0 ? [nothing(axes.area)] : []),
      ];
    },
  });
}

function read(data: ReliabilityData | CalibrationResult): { bins: Bin[]; ece: number; all: number } {
  const where = 'reliabilityDiagram';
  const fields = fieldsOf(`${where}: data`, translated(where, data, reliabilityOf), [
    'confidence',
    'accuracy',
    'counts',
    'ece',
  ]);
  const counts = numbersOf(where, 'counts', fields.counts);
  const confidence = numbersOf(where, 'confidence', fields.confidence, counts.length);
  const accuracy = numbersOf(where, 'accuracy', fields.accuracy, counts.length);
  const full = Array.from(counts, (count, i) => ({
    count,
    confidence: confidence[i]!,
    accuracy: accuracy[i]!,
  }));
  const filled = full.filter(({ count }) => count !== 0);
  const bins = filled.filter((bin) => Object.values(bin).every(Number.isFinite));
  for (const bin of bins) {
    for (const [name, x] of Object.entries(bin)) {
      if (x >= 0 && (name === 'count' || x <= 1)) continue;
      throw new DataError(
        `${where}: ${name} of a bin is ${x}, wanted ${name === 'count' ? 'at least 0' : '0 to 1'}`,
      );
    }
  }
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  if (total === Infinity) throw new DataError(`${where}: the sum of the counts is Infinity`);
  const gaps = bins.reduce(
    (sum, bin) => sum + (bin.count / total) * Math.abs(bin.accuracy - bin.confidence),
    0,
  );
  return {
    bins,
    ece: fields.ece === undefined ? gaps : finiteOf(where, 'ece', fields.ece),
    all: filled.length,
  };
}

function drawn({ confidence, accuracy, count }: Bin, axes: Axes): Markup {
  const x = axes.x.at(confidence);
  const words = `predicted ${percent(confidence)}, right ${percent(accuracy)} of ${numeral(count)}`;
  const gap = { x1: x, y1: axes.y.at(confidence), x2: x, y2: axes.y.at(accuracy), class: stroke('negative') };
  return element(
    'g',
    { class: MARK },
    title(words),
    element('line', { ...gap, 'stroke-width': 2 }),
    element('circle', { cx: x, cy: axes.y.at(accuracy), r: 4.5, class: fill('negative') }),
  );
}

/** Counts stand below their bins, which may be of any width: as wide as the nearest neighbours let them. */
function histogram(bins: readonly Bin[], total: number, axes: Axes, box: Box): Markup[] {
  if (total === 0) return [];
  const most = bins.reduce((largest, { count }) => Math.max(largest, count), 0);
  const height = box.bottom - box.top - 14;
  const width = Math.min(22, (0.8 * (box.right - box.left)) / bins.length);
  const bars = bins.map(({ confidence, count }) => {
    const tall = Math.max(1, (count / most) * height);
    const x = axes.x.at(confidence) - width / 2;
    return element('rect', {
      x,
      y: box.bottom - tall,
      width,
      height: tall,
      class: fill('soft'),
      'fill-opacity': 0.6,
    });
  });
  return [
    label(box.left, box.top + 8, `rows per bin, at most ${numeral(most)}`, {
      size: SIZE.tick,
      colour: 'soft',
      room: box.right - box.left,
    }),
    rule(box.left, box.bottom, box.right, box.bottom),
    joined(bars),
  ];
}

function describe(bins: readonly Bin[], ece: number): string {
  if (bins.length === 0) return 'No bins.';
  const list = bins.map(
    (bin) =>
      `predicted ${percent(bin.confidence)} and right ${percent(bin.accuracy)} of ${numeral(bin.count)}`,
  );
  return `Expected calibration error ${percent(ece)}. Bins: ${list.join('; ')}.`;
}
