/** A dense layer as numbers. */
export interface DenseNumbers {
  readonly weight: readonly (readonly number[])[];
  readonly bias: readonly number[];
  readonly activation: (z: number) => number;
}

/** How often a contribution counts: above 0 and below, from what arrives and the sums of all, of those above, of those below. */
export type NaiveRule = (
  arrived: number,
  all: number,
  above: number,
  below: number,
) => [plus: number, minus: number];

const ratio = (a: number, b: number): number => (b === 0 ? 0 : a / b);

/** The rules by single numbers, as the definitions have them. */
export const naiveRules = {
  epsilon:
    (epsilon: number): NaiveRule =>
    (r, all) => {
      const weight = ratio(r, all + (all < 0 ? -epsilon : epsilon));
      return [weight, weight];
    },
  alphaBeta:
    (alpha: number, beta: number): NaiveRule =>
    (r, _all, above, below) => [alpha * ratio(r, above), -beta * ratio(r, below)],
  gamma:
    (gamma: number): NaiveRule =>
    (r, all, above, below) => {
      const weight = ratio(r, all + gamma * (all > 0 ? above : below));
      return all > 0 ? [(1 + gamma) * weight, weight] : [weight, (1 + gamma) * weight];
    },
};

/** Relevance of one row for one output, contribution by contribution, and what of the output did not come there. */
export function naiveLrp(
  layers: readonly DenseNumbers[],
  row: readonly number[],
  target: number,
  rule: NaiveRule,
) {
  const inputs = [row];
  const sums: number[][] = [];
  for (const { weight, bias, activation } of layers) {
    const x = inputs.at(-1)!;
    sums.push(weight.map((w, k) => w.reduce((sum, v, j) => sum + v * x[j]!, bias[k]!)));
    inputs.push(sums.at(-1)!.map(activation));
  }
  let relevance = inputs.at(-1)!.map((y, k) => (k === target ? y : 0));
  for (let l = layers.length - 1; l >= 0; l--) {
    const { weight, bias } = layers[l]!;
    const x = inputs[l]!;
    const shared = x.map(() => 0);
    relevance.forEach((arrived, k) => {
      const z = [...weight[k]!.map((w, j) => w * x[j]!), bias[k]!];
      const sum = (sign: number): number => z.reduce((s, one) => s + (sign * one > 0 ? one : 0), 0);
      const [plus, minus] = rule(arrived, sums[l]![k]!, sum(1), sum(-1));
      z.forEach((one, j) => {
        if (j < x.length) shared[j]! += one * (one > 0 ? plus : minus);
      });
    });
    relevance = shared;
  }
  const kept = inputs.at(-1)![target]! - relevance.reduce((sum, one) => sum + one, 0);
  return { relevance, kept };
}
