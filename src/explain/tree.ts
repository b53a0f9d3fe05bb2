import { indexOfLargest } from '../base/order.ts';
import type { Node } from './cart.ts';
import { type Feature, type Known, observedOf, partsOf, valuesOf } from './features.ts';
import type { Subject } from './subject.ts';

/** A node of a tree, and with it the tree below; plain data. A leaf has no column and nothing below. */
export interface TreeNode {
  /** Position in the order in which a node comes before what is left of it, and that before what is right. */
  readonly id: number;
  /** Rows that come by. */
  readonly n: number;
  /** Mean output of these rows, or the number of their most frequent class. */
  readonly value: number;
  /** Name of the class. */
  readonly label?: string;
  /** Share of each class. */
  readonly shares?: readonly number[];
  readonly feature?: string;
  /** Of a numeric column, in the units that the user knows: rows that are not above it go left. */
  readonly threshold?: number;
  /** Of a categorical column: rows of these go left. */
  readonly categories?: readonly (string | null)[];
  readonly left?: TreeNode;
  readonly right?: TreeNode;
}

/** Numbers by which rows are told apart, and what a threshold among them means. */
export interface SplitColumn {
  /** Name of the column, of a date with the part that is meant: `bought.month`. */
  readonly name: string;
  readonly values: Float64Array;
  readonly meaning: (threshold: number) => Pick<TreeNode, 'threshold' | 'categories'>;
}

/** The columns by which rows can be told apart: numbers, positions in an order, and each category against the rest. */
export function splitColumns(features: readonly Feature[], subject: Subject): SplitColumn[] {
  return features.flatMap((feature): SplitColumn[] => {
    const { kind, categories, name } = feature;
    if (kind === 'numeric')
      return [{ name, values: valuesOf(feature, subject), meaning: (threshold) => ({ threshold }) }];
    if (feature.date !== undefined) {
      return feature.date.parts.map((part) => ({
        name: `${name}.${part}`,
        values: partsOf(feature, part, subject),
        meaning: (threshold) => ({ threshold }),
      }));
    }
    const known = observedOf(feature, subject);
    const by = (number: (value: Known) => number) => Float64Array.from(known, number);
    if (kind === 'ordinal') {
      // What training never saw comes last, so that it is in no list of categories.
      const position = (value: Known) =>
        categories.includes(value as string) ? categories.indexOf(value as string) : categories.length;
      return [
        {
          name,
          values: by(position),
          meaning: (t) => ({ categories: categories.slice(0, Math.floor(t) + 1) }),
        },
      ];
    }
    return categories.map((category) => ({
      name,
      values: by((value) => Number(value !== category)),
      meaning: () => ({ categories: [category] }),
    }));
  });
}

/** A grown tree as plain data; `classes` are names of one-hot classes. */
export function treeOf(
  root: Node,
  columns: readonly SplitColumn[],
  classes: readonly string[] | undefined,
): TreeNode {
  let next = 0;
  const visit = ({ rows, mean, split, left, right }: Node): TreeNode => {
    const id = next++;
    const value = classes === undefined ? mean[0]! : indexOfLargest(mean);
    const said = {
      id,
      n: rows.length,
      value,
      ...(classes && { label: classes[value]!, shares: Array.from(mean) }),
    };
    if (split === undefined) return said;
    const { name, meaning } = columns[split.column]!;
    return {
      ...said,
      feature: name,
      ...meaning(split.threshold),
      left: visit(left!),
      right: visit(right!),
    };
  };
  return visit(root);
}
