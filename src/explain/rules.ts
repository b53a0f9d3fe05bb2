import type { TreeNode } from './tree.ts';

/** What must hold of a column. */
export interface Condition {
  readonly feature: string;
  readonly is: 'at most' | 'above' | 'one of' | 'none of';
  readonly than?: number;
  readonly categories?: readonly (string | null)[];
}

/** What a tree says of some rows: of every row exactly one of its rules. */
export interface Rule {
  /** All must hold; at most two of a column. */
  readonly conditions: readonly Condition[];
  /** The same in words. */
  readonly text: string;
  /** The leaf. */
  readonly id: number;
  readonly value: number;
  readonly label?: string;
  readonly n: number;
}

/** The rules of a tree, a leaf each, from left to right. */
export function rulesOf(root: TreeNode): Rule[] {
  const rules: Rule[] = [];
  const visit = (node: TreeNode, conditions: readonly Condition[]): void => {
    const { feature, left, right } = node;
    if (feature === undefined) {
      rules.push(ruleOf(node, conditions));
      return;
    }
    const [here, there] = sidesOf(node, feature);
    visit(left!, merged(conditions, here));
    visit(right!, merged(conditions, there));
  };
  visit(root, []);
  return rules;
}

function sidesOf({ threshold, categories }: TreeNode, feature: string): readonly [Condition, Condition] {
  if (categories !== undefined)
    return [
      { feature, is: 'one of', categories },
      { feature, is: 'none of', categories },
    ];
  return [
    { feature, is: 'at most', than: threshold! },
    { feature, is: 'above', than: threshold! },
  ];
}

/** The conditions with one more: of the same column it says more than what was said before. */
function merged(conditions: readonly Condition[], one: Condition): Condition[] {
  const same = ({ feature, is }: Condition) =>
    feature === one.feature && (one.categories !== undefined || is === one.is);
  const at = conditions.findIndex(same);
  return at < 0 ? [...conditions, one] : conditions.with(at, both(conditions[at]!, one));
}

/** Two conditions of one column as one. A limit that comes later is nearer. */
function both(before: Condition, one: Condition): Condition {
  if (before.categories === undefined || one.categories === undefined) return one;
  const { feature } = one;
  if (before.is === 'none of' && one.is === 'none of')
    return { ...one, categories: [...new Set([...before.categories, ...one.categories])] };
  const [some, other] = before.is === 'one of' ? [before, one] : [one, before];
  const left = some.categories!.filter(
    (category) => other.categories!.includes(category) === (other.is === 'one of'),
  );
  return { feature, is: 'one of', categories: left };
}

function ruleOf({ id, value, label, shares, n }: TreeNode, conditions: readonly Condition[]): Rule {
  const when = conditions.length === 0 ? 'always' : `if ${phrases(conditions).join(' and ')}`;
  const sure = shares === undefined ? '' : `, ${Math.round(100 * shares[value]!)} %`;
  const text = `${when}: ${label ?? short(value)} (${n} ${n === 1 ? 'row' : 'rows'}${sure})`;
  return { conditions, text, id, value, ...(label !== undefined && { label }), n };
}

/** Conditions in words, both limits of a column together. */
function phrases(conditions: readonly Condition[]): string[] {
  const features = [...new Set(conditions.map(({ feature }) => feature))];
  return features.flatMap((feature) => {
    const own = conditions.filter((one) => one.feature === feature);
    const limit = (is: Condition['is']) => own.find((one) => one.is === is)?.than;
    const [above, most] = [limit('above'), limit('at most')];
    const numbers =
      above !== undefined && most !== undefined
        ? [`${short(above)} < ${feature} <= ${short(most)}`]
        : above !== undefined
          ? [`${feature} > ${short(above)}`]
          : most !== undefined
            ? [`${feature} <= ${short(most)}`]
            : [];
    return [
      ...numbers,
      ...own.flatMap(({ is, categories }) => (categories ? [named(feature, is, categories)] : [])),
    ];
  });
}

function named(feature: string, is: Condition['is'], categories: readonly (string | null)[]): string {
  const names = categories.map((category) => category ?? '(missing)').join(' or ');
  return `${feature} is ${is === 'none of' ? 'not ' : ''}${names}`;
}

function short(number: number): string {
  return String(Number(number.toPrecision(6)));
}
