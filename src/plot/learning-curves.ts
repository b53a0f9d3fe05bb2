import { OptionError } from '../base/errors.ts';
import { choose } from '../base/options.ts';
import { largest } from '../base/order.ts';
import { type Axes, plane } from './axes.ts';
import { nothing } from './empty.ts';
import { bodyWidth, figure, type PlotOptions, plotOptions } from './figure.ts';
import { type Entry, legend, legendHeight } from './legend.ts';
import { at, curve, dashes, line, MARK, path, point } from './marks.ts';
import type { Markup } from './markup.ts';
import { counted, numeral } from './numerals.ts';
import { fieldsOf, LONGEST, leftOut, listOf, namesOf } from './reading.ts';
import { translated } from './results/result.ts';
import { domainOf, hasPlace, type ScaleKind } from './scale.ts';
import { clip, inWords, label } from './text.ts';
import { type Colour, fill, series, stroke } from './theme.ts';

/** What {@link learningCurves} draws; the history that `fit` gives is one. */
export interface LearningCurvesData {
  /** An entry for each epoch: its number, and what was logged. */
  readonly epochs: ArrayLike<Readonly<Record<string, number>>>;
  /** Not drawn. */
  readonly final?: unknown;
  readonly stopReason?: unknown;
  readonly steps?: unknown;
}

/** Options of {@link learningCurves}. */
export interface LearningCurvesOptions extends PlotOptions {
  /** What is drawn, without `val_`. Default: all that was logged, but the learning rate. */
  readonly metrics?: readonly string[];
  /**
   * How panels count: `linear`, `log`, or `auto`, by factors where all numbers are above 0 and the greatest is a hundred
   * times the least or more. Default `auto`.
   */
  readonly scale?: 'auto' | 'linear' | 'log';
}

/** One metric: of the training data and, where it was logged, of the validation data. */
interface Panel {
  readonly name: string;
  readonly training: Float64Array;
  readonly validation: Float64Array | undefined;
  readonly kind: ScaleKind;
}

const SCALES = { auto: 'auto', linear: 'linear', log: 'log' } as const;
/** From two decades on. */
const FAR = 100;
const PANEL = 150;
const HELD_OUT = 'val_';

/**
 * Loss and metrics by epoch, a panel for each: training as a whole line, validation dashed. Where validation turns while
 * training goes on, the network begins to learn its rows by heart.
 *
 * | field    | what                                                                          |
 * | -------- | ----------------------------------------------------------------------------- |
 * | `epochs` | a record for each epoch: `epoch`, `loss`, metrics, and `val_` before their names |
 *
 * Panels begin at the same place, so that epochs stand above each other. Losses over decades are drawn on a scale of
 * factors; the name of the panel says so. A single epoch is a point with its number. A `History` can be given as it is. Where a number is not finite or missing the line has a gap. Cost: one pass over
 * the epochs; points nearer than half a pixel to the last are not written.
 *
 * @throws {OptionError} for unknown fields and options, for what is not of its type, and for a metric that was not logged.
 * @example
 * learningCurves(await model.fit(x, y, { loss: 'mse', validation: [xVal, yVal] }));
 */
export function learningCurves(data: LearningCurvesData, options: LearningCurvesOptions = {}): string {
  const where = 'learningCurves';
  const own = plotOptions(where, options, ['metrics', 'scale']);
  const fields = fieldsOf(`${where}: data`, translated(where, data, curvesOf), ['epochs']);
  const epochs = epochsOf(fields.epochs);
  const numbers = Float64Array.from(epochs, (logs, i) => numberOf(logs, 'epoch') ?? i + 1);
  const choice = choose(`${where}: scale`, own.scale ?? 'auto', SCALES);
  const panels = panelsOf(
    epochs,
    own.metrics === undefined ? undefined : namesOf(where, 'metrics', own.metrics, undefined, String),
    choice,
  );
  const finite = panels.flatMap(({ training, validation, kind }) =>
    [...training, ...(validation ?? [])].filter(Number.isFinite).map((x) => hasPlace(x, kind)),
  );
  const [lost, total] = [finite.filter((is) => !is).length, finite.length];
  const held = panels.some(({ validation }) => validation !== undefined);
  const entries = held ? [entry('training', 0), entry('validation', 1)] : [];
  const top = legendHeight(entries, bodyWidth(own));
  return figure({
    where,
    options: own,
    title: panels.length === 1 ? [{ name: panels[0]!.name }, ' by epoch'] : 'Learning curves',
    description: describe(panels, epochs.length),
    least: top + Math.max(1, panels.length) * 110,
    usual: top + Math.max(1, panels.length) * PANEL + 18,
    notes: leftOut(lost, total, 'numbers', 'not above 0, so without a place on a scale of factors'),
    draw: (body) => {
      const height = (body.bottom - body.top - top - 18) / Math.max(1, panels.length);
      if (panels.length === 0) return [nothing(body)];
      const axesFrom = (panel: Panel, i: number, least: number): Axes => {
        const last = i === panels.length - 1;
        const from = body.top + top + i * height;
        const box = { ...body, top: from, bottom: from + height + (last ? 18 : 0) };
        const x = { domain: domainOf(numbers), tight: true, whole: true, name: last ? 'epoch' : undefined };
        const name = panel.kind === 'log' ? `${panel.name} (log scale)` : panel.name;
        return plane(box, x, { domain: domainOf(placesOf(panel)), name, kind: panel.kind }, least);
      };
      const least = largest(panels.map((panel, i) => axesFrom(panel, i, 0).area.left));
      return [
        legend(entries, body.left, body.top, body.right - body.left),
        ...panels.flatMap((panel, i) => {
          const axes = axesFrom(panel, i, least);
          return [
            axes.marks,
            ...drawn(panel.training, 0, numbers, axes, panel.kind),
            ...drawn(panel.validation, 1, numbers, axes, panel.kind),
          ];
        }),
      ];
    },
  });
}

/** A history holds more than its epochs. */
function curvesOf(data: LearningCurvesData): LearningCurvesData {
  const history = typeof data === 'object' && data !== null && 'stopReason' in data;
  return history ? { epochs: data.epochs } : data;
}

const colourOf = (i: number): Colour => series(i);

/** Numbers of a panel that have a place on its axis. */
function placesOf({ training, validation, kind }: Panel): number[] {
  return [...training, ...(validation ?? [])].filter((x) => hasPlace(x, kind));
}

function drawn(
  values: Float64Array | undefined,
  i: number,
  epochs: Float64Array,
  axes: Axes,
  kind: ScaleKind,
): Markup[] {
  if (values === undefined) return [];
  const placed = values.map((x) => (hasPlace(x, kind) ? x : Number.NaN));
  const there = Array.from(placed.keys()).filter((n) => Number.isFinite(placed[n]! + epochs[n]!));
  if (there.length === 1) return single(placed[there[0]!]!, epochs[there[0]!]!, i, axes);
  const d = curve(axes.x, axes.y, epochs, placed);
  return d === '' ? [] : [line(d, colourOf(i), 2, { 'stroke-dasharray': dashes(i) })];
}

/** A line of one point is none: its number is written beside it, of training at the left and of validation at the right. */
function single(value: number, epoch: number, i: number, axes: Axes): Markup[] {
  const [x, y] = [axes.x.at(epoch), axes.y.at(value)];
  const beside = i === 0 ? ({ anchor: 'end' } as const) : {};
  return [
    point(x, y, i, 4, { class: `${fill(colourOf(i))} ${MARK}` }),
    label(x + (i === 0 ? -10 : 10), y + 4.5, [numeral(value)], beside),
  ];
}

function entry(name: string, i: number): Entry {
  const attributes = {
    class: stroke(colourOf(i)),
    fill: 'none',
    'stroke-width': 2,
    'stroke-dasharray': dashes(i),
  };
  return { name, sign: (x, y) => path(`M${at(x, y)}h22`, attributes) };
}

function epochsOf(epochs: unknown): Readonly<Record<string, unknown>>[] {
  const list = listOf('learningCurves', 'epochs', epochs, 'records');
  return Array.from({ length: list.length }, (_, i) => {
    const logs = list[i];
    if (typeof logs === 'object' && logs !== null) return logs as Readonly<Record<string, unknown>>;
    throw new OptionError(`learningCurves: epochs[${i}] must be a record of numbers, got ${typeof logs}`);
  });
}

function panelsOf(
  epochs: Readonly<Record<string, unknown>>[],
  wanted: readonly string[] | undefined,
  scale: 'auto' | ScaleKind,
): Panel[] {
  const logged = new Set(epochs.flatMap((logs) => Object.keys(logs)));
  for (const name of ['epoch', 'learningRate']) if (!wanted?.includes(name)) logged.delete(name);
  const names = new Set(
    [...logged].map((name) => (name.startsWith(HELD_OUT) ? name.slice(HELD_OUT.length) : name)),
  );
  const missing = wanted?.find((name) => !names.has(name));
  if (missing !== undefined) {
    throw new OptionError(`learningCurves: "${missing}" was not logged`, { known: [...names].join(', ') });
  }
  const column = (name: string) => Float64Array.from(epochs, (logs) => numberOf(logs, name) ?? NaN);
  return (wanted ?? [...names]).map((name) => {
    const training = column(name);
    const validation = logged.has(HELD_OUT + name) ? column(HELD_OUT + name) : undefined;
    const kind = scale === 'auto' ? kindFor([...training, ...(validation ?? [])]) : scale;
    return { name: clip(name, LONGEST), training, validation, kind };
  });
}

/** By factors where numbers lie so far apart that equal steps would show the greatest alone. */
function kindFor(values: readonly number[]): ScaleKind {
  const finite = values.filter(Number.isFinite);
  const [low, high] = domainOf(finite);
  return finite.length > 0 && low > 0 && high / low >= FAR ? 'log' : 'linear';
}

function numberOf(logs: Readonly<Record<string, unknown>>, name: string): number | undefined {
  const value = Object.hasOwn(logs, name) ? logs[name] : undefined;
  return typeof value === 'number' ? value : undefined;
}

function describe(panels: readonly Panel[], epochs: number): string {
  const last = (values: Float64Array) => {
    const finite = values.filter(Number.isFinite);
    return finite.length === 0 ? 'none' : `${numeral(finite[0]!)} to ${numeral(finite.at(-1)!)}`;
  };
  const list = panels.map(({ name, training, validation }) => {
    return `${inWords(name)} from ${last(training)}${validation === undefined ? '' : `, validation from ${last(validation)}`}`;
  });
  return panels.length === 0 ? 'No epochs.' : `${counted(epochs, 'epoch')}. ${list.join('; ')}.`;
}
