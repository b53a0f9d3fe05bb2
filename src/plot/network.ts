import { descending } from '../base/order.ts';
import { checkNumber } from '../base/ranges.ts';
import { nothing } from './empty.ts';
import { type Box, figure, type PlotOptions, plotOptions } from './figure.ts';
import { at, MARK, path } from './marks.ts';
import { element, joined, type Markup } from './markup.ts';
import { type Connection, type NetworkData, networkOf, type Unit, type UnitLayer } from './network-data.ts';
import { counted, numeral, signed } from './numerals.ts';
import { translated } from './results/result.ts';
import { chainOf, type SnapshotsResult, type WeightsResult } from './results/weights.ts';
import { inWords, label, SIZE, title } from './text.ts';
import { fill, stroke } from './theme.ts';

/** Options of {@link network}. */
export interface NetworkOptions extends PlotOptions {
  /** Most units of a layer that are drawn, 1 to 40. Default 12. */
  readonly most?: number;
  /** Of snapshots: the epoch. Default: the last. */
  readonly epoch?: number;
}

/** What a unit is drawn with. */
interface Place extends Unit {
  readonly x: number;
  readonly y: number;
}

const STEP = 26;
const RADIUS = 8;
const HEADING = 34;
const THICKEST = 4;

/**
 * A network of dense layers: units as circles, weights as lines, the wider the larger; negative ones are dashed. Numbers
 * on units (activations or attributions) fill them, negative ones with a minus.
 *
 * | field     | what                                                                                          |
 * | --------- | --------------------------------------------------------------------------------------------- |
 * | `layers`  | the inputs first: `{ units, name, nodes, nodeNames }` each                                      |
 * | `weights` | one for each layer but the first, `[units, units of the one before]`, as a layer's `weight` is |
 * | `unit`    | what the numbers on the units are                                                             |
 *
 * `nodes` is `[units]`, a number for each unit; `nodeNames` are their names, which stand beside the first and the
 * last layer. Of more units than `most`, those with the largest numbers are drawn (without numbers, those with the
 * largest weights), and the heading of the layer says how many there are. Weights and numbers that are not finite are
 * not drawn. Cost: a pass over the weights, and about 150 bytes a line.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {ShapeError} when weights do not join the layers, or numbers and names are not as many as units.
 * @example
 * network({ layers: [{ units: 2 }, { units: 1 }], weights: [[[0.4, -1.2]]] });
 */
export function network(
  data: NetworkData | WeightsResult | SnapshotsResult,
  options: NetworkOptions = {},
): string {
  const own = plotOptions('network', options, ['most', 'epoch']);
  const most = checkNumber('network', 'most', own.most ?? 12, { least: 1, most: 40, whole: true });
  const { layers, connections, unit } = networkOf(
    translated('network', data, (given) => chainOf('network', given, own.epoch)),
    most,
  );
  const tallest = layers.reduce((rows, { shown }) => Math.max(rows, shown.length), 1);
  const hidden = layers.filter(({ shown, units }) => shown.length < units);
  return figure({
    where: 'network',
    options: own,
    title: layers.length === 0 ? 'Network' : `Network ${layers.map(({ units }) => units).join('-')}`,
    description: describe(layers, connections),
    least: HEADING + tallest * STEP,
    notes: [
      'Whole lines: positive weights. Dashed: negative.',
      ...(layers.some(({ limit }) => limit > 0)
        ? [`Fill: ${unit}, by the largest of its layer; − is below 0.`]
        : []),
      ...(hidden.length > 0
        ? [`Of large layers, the ${most} units with the largest numbers are drawn.`]
        : []),
    ],
    draw: (body) => {
      if (layers.length === 0) return [nothing(body)];
      const places = layers.map((layer, i) => placesOf(layer, xOf(body, layers, i), body));
      return [
        ...connections.map((connection, i) => edges(connection, places[i]!, places[i + 1]!)),
        ...layers.map((layer, i) => heading(layer, i, layers, body)),
        ...layers.flatMap((layer, i) => nodes(layer, i, layers, places[i]!, body)),
      ];
    },
  });
}

/** Layers stand at equal distances, with room beside the outer ones for names. */
function xOf(body: Box, layers: readonly UnitLayer[], i: number): number {
  const width = body.right - body.left;
  const side = (layer: UnitLayer) => (layer.named ? width * 0.24 : 0.09 * width);
  const left = body.left + side(layers[0]!);
  const right = body.right - side(layers.at(-1)!);
  return layers.length === 1 ? (left + right) / 2 : left + (i * (right - left)) / (layers.length - 1);
}

function placesOf({ shown }: UnitLayer, x: number, body: Box): Place[] {
  const middle = (body.top + HEADING + body.bottom) / 2;
  const room = (body.bottom - body.top - HEADING) / Math.max(1, shown.length);
  const step = Math.min(room, 2 * STEP);
  return shown.map((unit, i) => ({ ...unit, x, y: middle + (i - (shown.length - 1) / 2) * step }));
}

function edges({ weight, limit }: Connection, from: readonly Place[], to: readonly Place[]): Markup {
  const lines = to.flatMap((target) =>
    from.flatMap((source) => {
      const value = weight(target.index, source.index);
      if (!Number.isFinite(value) || value === 0) return [];
      const share = Math.abs(value) / limit;
      const attributes = {
        class: `${stroke(value > 0 ? 'positive' : 'negative')} ${MARK}`,
        'stroke-width': 0.4 + share * (THICKEST - 0.4),
        'stroke-opacity': 0.25 + 0.65 * share,
        'stroke-dasharray': value > 0 ? undefined : '5 3',
      };
      return [path(`M${at(source.x, source.y)}L${at(target.x, target.y)}`, attributes)];
    }),
  );
  return joined(lines);
}

function heading(layer: UnitLayer, i: number, layers: readonly UnitLayer[], body: Box): Markup {
  const width = (body.right - body.left) / layers.length;
  const x = Math.min(body.right - width / 2, Math.max(body.left + width / 2, xOf(body, layers, i)));
  const count =
    layer.shown.length < layer.units ? `${layer.shown.length} of ${layer.units}` : `${layer.units}`;
  return joined([
    label(x, body.top + 12, layer.name, { anchor: 'middle', size: SIZE.tick, room: width - 4, bold: true }),
    label(x, body.top + 27, count, { anchor: 'middle', size: SIZE.tick, colour: 'soft', room: width - 4 }),
  ]);
}

function nodes(
  layer: UnitLayer,
  i: number,
  layers: readonly UnitLayer[],
  places: readonly Place[],
  body: Box,
): Markup[] {
  const last = i === layers.length - 1 && i > 0;
  const outer = i === 0 || last;
  return places.map(({ x, y, value, name }) => {
    const told = value === undefined ? name : [{ name }, `: ${signed(value)}`];
    const room = (last ? body.right - x : x - body.left) - RADIUS - 6;
    const beside = { anchor: last ? 'start' : 'end', size: SIZE.tick, room } as const;
    return element(
      'g',
      { class: MARK },
      title(told),
      element('circle', { cx: x, cy: y, r: RADIUS, class: fill('paper') }),
      element('circle', { cx: x, cy: y, r: RADIUS, ...filling(value, layer.limit) }),
      ...(value !== undefined && value < 0 ? [minus(x, y)] : []),
      ...(outer && layer.named ? [label(x + (last ? 1 : -1) * (RADIUS + 5), y + 4, name, beside)] : []),
    );
  });
}

function filling(value: number | undefined, limit: number): Readonly<Record<string, string | number>> {
  if (value === undefined || limit === 0) return { class: stroke('ink'), fill: 'none', 'stroke-width': 1.2 };
  const colour = value < 0 ? 'negative' : 'positive';
  return { class: `${fill(colour)} ${stroke('ink')}`, 'fill-opacity': (0.9 * Math.abs(value)) / limit };
}

function minus(x: number, y: number): Markup {
  return joined([
    path(`M${at(x - 4, y)}h8`, { class: stroke('paper'), 'stroke-width': 4 }),
    path(`M${at(x - 4, y)}h8`, { class: stroke('ink'), 'stroke-width': 1.8 }),
  ]);
}

function describe(layers: readonly UnitLayer[], connections: readonly Connection[]): string {
  if (layers.length === 0) return 'No layers.';
  const list = layers.map(({ name, units, shown, limit }) => {
    const top = [...shown].sort((a, b) => descending(Math.abs(a.value ?? 0), Math.abs(b.value ?? 0)))[0];
    const most =
      limit > 0 && top?.value !== undefined ? `, largest ${inWords(top.name)} ${signed(top.value)}` : '';
    return `${inWords(name)}: ${counted(units, 'unit')}${shown.length < units ? `, ${shown.length} drawn` : ''}${most}`;
  });
  const weights = connections.map(({ limit }) => numeral(limit)).join(', ');
  return `${list.join('; ')}.${weights === '' ? '' : ` Largest weights: ${weights}.`}`;
}
