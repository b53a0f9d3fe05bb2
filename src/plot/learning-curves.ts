import { OptionError } from '../base/errors.ts';
import { type Axes, plane } from './axes.ts';
import { nothing } from './empty.ts';
import { bodyWidth, figure, type PlotOptions, plotOptions } from './figure.ts';
import { type Entry, legend, legendHeight } from './legend.ts';
import { at, curve, dashes, line, path } from './marks.ts';
import { joined, type Markup } from './markup.ts';
import { counted, numeral } from './numerals.ts';
import { fieldsOf, LONGEST, listOf } from './reading.ts';
import { domainOf } from './scale.ts';
import { clip, inWords } from './text.ts';
import { type Colour, series, stroke } from './theme.ts';

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
}

/** One metric: of the training data and, where it was logged, of the validation data. */
interface Panel {
  readonly name: string;
  readonly training: Float64Array;
  readonly validation: Float64Array | undefined;
}

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
 * A `History` can be given as it is. Where a number is not finite or missing the line has a gap. Cost: one pass over
 * the epochs; points nearer than half a pixel to the last are not written.
 *
 * @throws {OptionError} for unknown fields and options, for what is not of its type, and for a metric that was not logged.
 * @example
 * learningCurves(await model.fit(x, y, { loss: 'mse', validation: [xVal, yVal] }));
 */
export function learningCurves(data: LearningCurvesData, options: LearningCurvesOptions = {}): string {
  const where = 'learningCurves';
  const own = plotOptions(where, options, ['metrics']);
  const fields = fieldsOf(`${where}: data`, curvesOf(data), ['epochs']);
  const epochs = epochsOf(fields.epochs);
  const numbers = Float64Array.from(epochs, (logs, i) => numberOf(logs, 'epoch') ?? i + 1);
  const panels = panelsOf(epochs, own.metrics);
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
    draw: (body) => {
      const height = (body.bottom - body.top - top - 18) / Math.max(1, panels.length);
      if (panels.length === 0) return [nothing(body)];
      return [
        legend(entries, body.left, body.top, body.right - body.left),
        ...panels.flatMap((panel, i) => {
          const last = i === panels.length - 1;
          const from = body.top + top + i * height;
          const box = { ...body, top: from, bottom: from + height + (last ? 18 : 0) };
          const values = [...panel.training, ...(panel.validation ?? [])];
          const x = { domain: domainOf(numbers), tight: true, name: last ? 'epoch' : undefined };
          const axes = plane(box, x, { domain: domainOf(values), name: panel.name });
          return [
            axes.marks,
            drawn(panel.training, 0, numbers, axes),
            drawn(panel.validation, 1, numbers, axes),
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

function drawn(values: Float64Array | undefined, i: number, epochs: Float64Array, axes: Axes): Markup {
  const d = values === undefined ? '' : curve(axes.x, axes.y, epochs, values);
  return d === '' ? joined([]) : line(d, colourOf(i), 2, { 'stroke-dasharray': dashes(i) });
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
  return (wanted ?? [...names]).map((name) => ({
    name: clip(name, LONGEST),
    training: column(name),
    validation: logged.has(HELD_OUT + name) ? column(HELD_OUT + name) : undefined,
  }));
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
