import { OptionError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';
import { tree as picture, type TreeOptions } from '../plot/tree.ts';
import type { Model } from '../train/model.ts';
import { grow, type Node } from './cart.ts';
import type { Cost } from './explanation.ts';
import { featuresOf } from './features.ts';
import { scoresOf } from './forward.ts';
import {
  EXPLAIN_OPTIONS,
  type ExplainOptions,
  type OutputKind,
  readOptions,
  type Target,
} from './options.ts';
import { type Rule, rulesOf } from './rules.ts';
import { type Explained, Subject } from './subject.ts';
import { splitColumns, type TreeNode, treeOf } from './tree.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link surrogateTree}. */
export interface SurrogateTreeOptions extends Omit<ExplainOptions, 'target'> {
  /**
   * `'predicted'`, a tree of classes, of a model with several outputs; or an output by number or name, a tree of its
   * numbers. Default `'predicted'`; a model with one output has a tree of numbers.
   */
  readonly target?: 'predicted' | Target;
  /** Questions that are asked of a row at most. Default 3. */
  readonly maxDepth?: number;
  /** Rows of a leaf at least. Default 1. */
  readonly minSamplesLeaf?: number;
}

/** What {@link surrogateTree} found; plain data. */
export interface SurrogateTree extends Pictured<TreeOptions> {
  readonly method: 'surrogateTree';
  readonly output: OutputKind;
  /** What its numbers are measured in: what `output` says, or the column that the model predicts values of. */
  readonly unit: string;
  /** What the tree says: classes, or the output of this name. */
  readonly target: string;
  /** How well it says what the model says of these rows: share of the variance (R²), or of the rows. At most 1. */
  readonly fidelity: number;
  readonly measure: 'r2' | 'agreement';
  readonly root: TreeNode;
  /** What it says, a leaf each. */
  readonly rules: readonly Rule[];
  readonly depth: number;
  readonly leaves: number;
  readonly rows: number;
  readonly cost: Cost;
  readonly warnings: readonly string[];
}

/**
 * A small decision tree that says what the model says (Craven and Shavlik, 1995), grown by CART on the model's outputs,
 * with how far it can be believed.
 *
 * | name     | shape                                                        |
 * | -------- | ------------------------------------------------------------ |
 * | `inputs` | `[n, …input]`, a table, or rows by name                      |
 * | `root`   | a node holds its rows, what it says of them, and two below it |
 * | `rules`  | one a leaf; of every row exactly one holds                   |
 *
 * Of equal splits the first column's is taken, and there the lowest, so that the same rows give the same tree. Original
 * columns stand in the units that the user knows; a category stands against the rest. The fidelity is that on the rows
 * that it was grown on. Units: those of the output. Cost: one pass forward a row; `columns · maxDepth · n log n` to sort.
 *
 * @throws {OptionError} for unknown options and targets.
 * @throws {ShapeError | DataError} for rows that the model cannot take.
 * @example
 * const { rules, fidelity } = await surrogateTree(model, table, { maxDepth: 2 });
 * rules[0].text; // 'if age <= 41.5 and plan is basic: yes (14 rows, 93 %)'
 */
export async function surrogateTree(
  model: Model,
  inputs: Explained,
  options: SurrogateTreeOptions = {},
): Promise<SurrogateTree> {
  const where = 'surrogateTree';
  const known = [...EXPLAIN_OPTIONS, 'maxDepth', 'minSamplesLeaf'];
  const {
    maxDepth = 3,
    minSamplesLeaf = 1,
    target = 'predicted',
    ...rest
  } = readOptions(where, options, known);
  checkNumber(where, 'maxDepth', maxDepth, { least: 0, most: 32, whole: true });
  checkNumber(where, 'minSamplesLeaf', minSamplesLeaf, { least: 1, whole: true });
  if (target === 'all' || Array.isArray(target))
    throw new OptionError(`${where}: a tree is of one output`, { hint: "name it, or take 'predicted'" });
  const subject = new Subject(where, model, inputs, { ...rest, target });
  const classes = target === 'predicted' && subject.outputs > 1 ? subject.outputNames : undefined;
  const { wanted, name } = wantedOf(subject, await scoresOf(subject, subject.x, (done) => done / 2), classes);
  const columns = splitColumns(featuresOf(subject), subject);
  const node = await grow({
    columns: columns.map(({ values }) => values),
    wanted,
    width: classes?.length ?? 1,
    maxDepth,
    minSamplesLeaf,
    check: () => subject.passes.check(),
  });
  subject.passes.report(1);
  const root = treeOf(node, columns, classes);
  const rules = rulesOf(root);
  const result: Plain<SurrogateTree> = {
    method: where,
    output: subject.output,
    unit: subject.unit,
    target: name,
    fidelity: classes ? agreement(root, subject.rows) : explained(node, wanted),
    measure: classes ? 'agreement' : 'r2',
    root,
    rules,
    depth: depthOf(root),
    leaves: rules.length,
    rows: subject.rows,
    cost: subject.passes.cost,
    warnings: subject.warnings,
  };
  return withPicture(result, picture);
}

/** What the tree is to say of each row: a number, or a class as one-hot. */
function wantedOf(subject: Subject, scores: Float32Array, classes: readonly string[] | undefined) {
  const { rows, outputs: K } = subject;
  const picked = subject.targets(scores);
  if (classes === undefined)
    return {
      wanted: Float64Array.from(picked, (k, i) => scores[i * K + k]! + subject.shift),
      name: subject.outputNames[picked[0]!]!,
    };
  const wanted = new Float64Array(rows * K);
  for (const [i, k] of picked.entries()) wanted[i * K + k] = 1;
  return { wanted, name: 'predicted' };
}

/** Share of the rows of which the tree says the class that the model says. */
function agreement({ n, shares, value, left, right }: TreeNode, rows: number): number {
  if (left && right) return agreement(left, rows) + agreement(right, rows);
  return Math.round(n * shares![value]!) / rows;
}

/** Share of the variance that the leaves account for; all of none. */
function explained(root: Node, wanted: Float64Array): number {
  const left = (node: Node): number => {
    if (node.left && node.right) return left(node.left) + left(node.right);
    return spread(node);
  };
  const spread = ({ rows, mean }: Node) => rows.reduce((sum, row) => sum + (wanted[row]! - mean[0]!) ** 2, 0);
  const all = spread(root);
  return all === 0 ? 1 : 1 - left(root) / all;
}

function depthOf({ left, right }: TreeNode): number {
  return left && right ? 1 + Math.max(depthOf(left), depthOf(right)) : 0;
}
