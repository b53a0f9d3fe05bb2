import type { TreeData, TreeNode } from '../tree.ts';
import { known } from './explanation.ts';
import { methodOf } from './result.ts';

/** What `surrogateTree` gives. */
export interface SurrogateTreeResult {
  readonly method: 'surrogateTree';
  readonly target: string;
  readonly fidelity: number;
  readonly measure: 'r2' | 'agreement';
  readonly root: SurrogateNode;
}

/** A node of it, with its children inside. */
export interface SurrogateNode {
  readonly n: number;
  readonly value: number;
  readonly label?: string;
  readonly feature?: string;
  readonly threshold?: number;
  readonly categories?: readonly (string | null)[];
  readonly left?: SurrogateNode;
  readonly right?: SurrogateNode;
}

/** The nodes of a tree as a list; other data as they are. */
export function treeOf(data: TreeData | SurrogateTreeResult): TreeData {
  if (methodOf(data) !== 'surrogateTree') return data as TreeData;
  const { root, fidelity, measure } = data as SurrogateTreeResult;
  const nodes: TreeNode[] = [];
  const add = ({ n, value, label, feature, threshold, categories, left, right }: SurrogateNode): number => {
    const at = nodes.push({ prediction: label ?? value, samples: n }) - 1;
    if (left !== undefined && right !== undefined) {
      const question =
        categories === undefined
          ? { threshold: threshold! }
          : { categories: categories.map((one) => String(known(one))) };
      nodes[at] = { feature: feature!, ...question, left: add(left), right: add(right), samples: n };
    }
    return at;
  };
  add(root);
  return { nodes, fidelity, measure };
}
