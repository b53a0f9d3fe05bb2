import { DataError, OptionError } from '../base/errors.ts';
import { choose } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { nothing } from './empty.ts';
import { type Box, figure, type PlotOptions, plotOptions } from './figure.ts';
import { at, MARK, path } from './marks.ts';
import { decimals, element, type Markup } from './markup.ts';
import { counted, numeral, percent } from './numerals.ts';
import { fieldsOf, finiteOf, listOf, namesOf, textOf } from './reading.ts';
import { translated } from './results/result.ts';
import { type SurrogateTreeResult, treeOf } from './results/tree.ts';
import {
  BOLD,
  inWords,
  label,
  type Name,
  partsOf,
  SIZE,
  spoken,
  title,
  type Words,
  widthOf,
} from './text.ts';
import { fill, stroke } from './theme.ts';

/** A node of {@link TreeData}: a split has children, a leaf has none. */
export interface TreeNode {
  /** Name of the feature that is asked for. */
  readonly feature?: string;
  /** Rows whose value is at most this go to `left`. */
  readonly threshold?: number;
  /** Instead of a threshold: rows with one of these go to `left`. */
  readonly categories?: ArrayLike<string>;
  /** Numbers of the children in the list. */
  readonly left?: number;
  readonly right?: number;
  /** What a leaf predicts: the name of a class, or a number. */
  readonly prediction?: string | number;
  /** Rows that come here. */
  readonly samples?: number;
}

/** What {@link tree} draws. */
export interface TreeData {
  /** Nodes, the root first. */
  readonly nodes: ArrayLike<TreeNode>;
  /** Share of the network's predictions that the tree gives, 0 to 1. */
  readonly fidelity?: number;
  /** What `fidelity` is: the share of rows on which both agree (default), or of the variance. */
  readonly measure?: 'agreement' | 'r2';
}

/** Options of {@link tree}. */
export interface TreeOptions extends PlotOptions {
  /** Most lines, 1 to 500; what lies below is counted in a note. Default 60. */
  readonly most?: number;
}

/** A node as a line of the picture. */
interface Line {
  readonly text: Words;
  /** The whole of it, where that is more. */
  readonly told?: Words;
  /** `yes` or `no` to the question above. */
  readonly answer: string;
  readonly leaf: boolean;
  readonly depth: number;
  /** Line of the parent. */
  readonly parent: number;
  readonly samples: number | undefined;
}

const MEASURES = {
  agreement: (share: number) => `agrees on ${percent(share)}`,
  r2: (share: number) => `R² ${numeral(share)}`,
};

const ROW = 24;
const BAR = 52;

/**
 * A decision tree, such as one that imitates a network (Craven and Shavlik 1996), as an outline: a question a line, its
 * answers below and indented, `yes` first. Leaves are in frames; bars at the right show how many rows come to a line.
 *
 * | field      | what                                                                          |
 * | ---------- | ----------------------------------------------------------------------------- |
 * | `nodes`    | the root first: `{ feature, threshold, left, right, prediction, samples }` each |
 * | `fidelity` | share of the network's predictions that the tree gives                        |
 * | `measure`  | what that is: `agreement` or `r2`                                             |
 *
 * A split asks whether `feature ≤ threshold`, or is one of `categories`; `left` is yes and `right` no. A leaf has a `prediction` and no
 * children. Cost: about 500 bytes a node.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {DataError} for a child that is no later node of the list or has two parents, and for numbers not finite.
 * @example
 * tree({ nodes: [{ feature: 'age', threshold: 40, left: 1, right: 2 }, { prediction: 'no' }, { prediction: 'yes' }] });
 */
export function tree(data: TreeData | SurrogateTreeResult, options: TreeOptions = {}): string {
  const own = plotOptions('tree', options, ['most']);
  const most = checkNumber('tree', 'most', own.most ?? 60, { least: 1, most: 500, whole: true });
  const fields = fieldsOf('tree: data', translated('tree', data, treeOf), ['nodes', 'fidelity', 'measure']);
  const all = linesOf(fields.nodes);
  const lines = all.slice(0, most);
  const leaves = all.filter(({ leaf }) => leaf).length;
  const fidelity = fields.fidelity === undefined ? undefined : finiteOf('tree', 'fidelity', fields.fidelity);
  const measure = choose('tree: measure', fields.measure ?? 'agreement', MEASURES);
  const told = fidelity === undefined ? '' : `: ${measure(fidelity)}`;
  return figure({
    where: 'tree',
    options: own,
    title: `Tree of ${leaves} ${leaves === 1 ? 'leaf' : 'leaves'}${told}`,
    description: describe(all),
    least: Math.max(1, lines.length) * ROW,
    notes: lines.length < all.length ? [`The first ${lines.length} of ${counted(all.length, 'node')}.`] : [],
    draw: (body) => {
      if (lines.length === 0) return [nothing(body)];
      const height = (body.bottom - body.top) / lines.length;
      const y = (i: number) => body.top + (i + 0.5) * height;
      const depth = lines.reduce((deepest, line) => Math.max(deepest, line.depth), 0);
      const indent = Math.min(22, ((body.right - body.left) * 0.35) / Math.max(1, depth));
      const total = lines[0]!.samples;
      return lines.map((line, i) =>
        drawn(line, y(i), line.parent < 0 ? undefined : y(line.parent), indent, body, total),
      );
    },
  });
}

function linesOf(nodes: unknown): Line[] {
  const list = listOf('tree', 'nodes', nodes, 'nodes');
  const lines: Line[] = [];
  const seen = new Set<number>();
  const waiting = list.length > 0 ? [{ i: 0, answer: '', depth: 0, parent: -1 }] : [];
  while (waiting.length > 0) {
    const { i, ...place } = waiting.pop()!;
    if (seen.has(i)) throw new DataError(`tree: node ${i} has two parents`);
    seen.add(i);
    const node = nodeOf(list[i], i);
    const below = { depth: place.depth + 1, parent: lines.length };
    lines.push({ ...place, ...lineOf(node, i) });
    if (node.left === undefined && node.right === undefined) continue;
    const [left, right] = [childOf(node.left, i, list.length), childOf(node.right, i, list.length)];
    waiting.push({ i: right, answer: 'no: ', ...below }, { i: left, answer: 'yes: ', ...below });
  }
  return lines;
}

function nodeOf(node: unknown, i: number): TreeNode {
  const known = ['feature', 'threshold', 'categories', 'left', 'right', 'prediction', 'samples'];
  return fieldsOf(`tree: nodes[${i}]`, node as TreeNode, known);
}

/** Children come later in the list than their parent, so that no line leads back. */
function childOf(child: unknown, parent: number, length: number): number {
  if (typeof child === 'number' && Number.isInteger(child) && child > parent && child < length) return child;
  throw new DataError(
    `tree: a child of node ${parent} is ${String(child)}, wanted a node after it, below ${length}`,
  );
}

function lineOf(node: TreeNode, i: number): Pick<Line, 'text' | 'told' | 'leaf' | 'samples'> {
  const at = `nodes[${i}]`;
  const samples = node.samples === undefined ? undefined : finiteOf('tree', `${at}.samples`, node.samples);
  if (node.left === undefined && node.right === undefined) {
    const { prediction } = node;
    const number = typeof prediction === 'number';
    const text = number
      ? [numeral(finiteOf('tree', `${at}.prediction`, prediction))]
      : textOf('tree', `${at}.prediction`, prediction, undefined);
    if (text === undefined) throw new OptionError(`tree: ${at} has neither children nor a prediction`);
    return { text, leaf: true, samples };
  }
  const feature = textOf('tree', `${at}.feature`, node.feature, 'feature');
  if (node.categories !== undefined) {
    const list = namesOf('tree', `${at}.categories`, node.categories, undefined, () => '');
    const told: Words = [{ name: feature }, ' is ', list.map(inWords).join(' or ') || 'none of these', '?'];
    return { text: [{ name: feature }, ' is ', ...alternatives(list), '?'], told, leaf: false, samples };
  }
  const threshold = numeral(finiteOf('tree', `${at}.threshold`, node.threshold));
  return { text: [{ name: feature }, ` ≤ ${threshold}?`], leaf: false, samples };
}

/** A category or two by name; of more the rest is counted, and told where the pointer rests. */
function alternatives(list: readonly string[]): (string | Name)[] {
  const [first, ...others] = list;
  if (first === undefined) return ['none of these'];
  if (others.length === 0) return [{ name: first }];
  return [
    { name: first },
    ' or ',
    ...(others.length === 1 ? [{ name: others[0]! }] : [`${others.length} others`]),
  ];
}

function drawn(
  line: Line,
  y: number,
  parent: number | undefined,
  indent: number,
  body: Box,
  total: number | undefined,
): Markup {
  const x = body.left + line.depth * indent + 8;
  const end = body.right - (total === undefined ? 0 : BAR + 46);
  const answer = line.answer === '' ? 0 : widthOf(line.answer) + 3;
  const room = Math.max(24, end - x - answer - 10);
  const width = Math.min(room, widthOf(spoken(line.text)) * (line.leaf ? BOLD : 1)) + 10;
  const branch = `M${at(x - indent + 4, (parent ?? y) + 9)}V${decimals(y)}H${decimals(x - 3)}`;
  const count = line.samples === undefined ? '' : `, ${counted(line.samples, 'row')}`;
  const frame = { x: x + answer - 5, y: y - 10, width, height: 20, rx: 4 };
  return element(
    'g',
    { class: MARK },
    title([line.answer, ...partsOf(line.told ?? line.text), count]),
    ...(parent === undefined ? [] : [path(branch, { class: stroke('soft'), fill: 'none' })]),
    ...(line.leaf
      ? [element('rect', { ...frame, class: `${fill('grid')} ${stroke('soft')}`, 'fill-opacity': 0.35 })]
      : []),
    ...(line.answer === '' ? [] : [label(x, y + 4.5, line.answer.trim(), { colour: 'soft' })]),
    label(x + answer, y + 4.5, line.text, { room, bold: line.leaf }),
    ...share(line.samples, total, y, body),
  );
}

function share(samples: number | undefined, total: number | undefined, y: number, body: Box): Markup[] {
  if (samples === undefined || total === undefined) return [];
  const part = total > 0 ? Math.min(1, Math.max(0, samples / total)) : 0;
  const left = body.right - BAR;
  return [
    label(left - 6, y + 4, numeral(samples), { anchor: 'end', size: SIZE.tick, colour: 'soft' }),
    element('rect', { x: left, y: y - 5, width: BAR, height: 10, class: stroke('grid'), fill: 'none' }),
    element('rect', { x: left, y: y - 5, width: part * BAR, height: 10, class: fill('1') }),
  ];
}

function describe(lines: readonly Line[]): string {
  if (lines.length === 0) return 'No nodes.';
  const told = lines.slice(0, 30).map(({ answer, text, leaf, samples }) => {
    return `${answer}${leaf ? `predict ${inWords(text)}` : inWords(text)}${samples === undefined ? '' : ` (${counted(samples, 'row')})`}`;
  });
  return `${told.join('; ')}${lines.length > 30 ? '; …' : ''}.`;
}
