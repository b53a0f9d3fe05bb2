import { fed, type Tensor } from '../ir/tensor.ts';
import { add, matmul, mul, reshape, sub, sum, transpose, where } from '../ops/index.ts';
import { firstProduct, substitute } from './first-product.ts';
import { ROWS } from './forward.ts';
import type { Subject } from './subject.ts';

/** How many choices of inputs, rows, and rows of background go through the model in one step. */
export interface Block {
  readonly choices: number;
  readonly rows: number;
  readonly background: number;
}

/** What a block is fed: `[choices, width]` of zeros and ones, `[rows, width]`, and the background. */
export const FED = { choices: 'z', rows: 'x', background: 'b' } as const;

/**
 * Scores of rows that keep the inputs of a choice and have those of the background elsewhere, summed over the
 * background: `[choices · rows, outputs]`. With `own` each row has a background of its own.
 *
 * Where rows meet a matrix first, what they become there is a product with the choices Z themselves,
 *
 *     W·(z∘x + (1 - z)∘b) = Z·(W∘x)ᵀ + W·b - Z·(W∘b)ᵀ,
 *
 * so that masked rows are never made, and rows and background meet only in a sum.
 */
export function maskedScores(subject: Subject, { choices, rows, background }: Block, own: boolean): Tensor {
  const { width, shape, outputs } = subject;
  const [C, R, K] = [choices, rows, background];
  const B = own ? R : K;
  const behind = own ? [R, 1] : [1, K];
  const z = fed(FED.choices, [C, width]);
  const [x, b] = [fed(FED.rows, [R, width]), fed(FED.background, [B, width])];
  const leaf = fed(ROWS, [C * R * K, ...shape]);
  const direct = subject.scores(leaf);
  const product = firstProduct(direct, leaf);
  const summed = (scores: Tensor): Tensor => sum(reshape(scores, [C * R, K, outputs]), { axis: 1 });
  if (product === undefined || product.shape[0] !== C * R * K) {
    const each = (rows: Tensor, of: readonly number[]): Tensor => reshape(rows, [...of, width]);
    const masked = where(each(z, [C, 1, 1]), each(x, [1, R, 1]), each(b, [1, ...behind]));
    return summed(substitute(direct, leaf, reshape(masked, leaf.shape)));
  }
  const weight = weightOf(product);
  const H = weight.shape[0]!;
  const kept = (rows: Tensor, count: number): Tensor => {
    const images = reshape(mul(reshape(rows, [count, 1, width]), weight), [count * H, width]);
    return matmul(z, images, { transB: true });
  };
  const whole = reshape(matmul(b, weight, { transB: true }), [B * H]);
  const others = reshape(sub(whole, kept(b, B)), [C, ...behind, H]);
  const meeting = add(reshape(kept(x, R), [C, R, 1, H]), others);
  return summed(substitute(direct, product, reshape(meeting, product.shape)));
}

/** The matrix of a first product, `[out, width]`. */
export function weightOf(product: Tensor): Tensor {
  if (product.origin.kind !== 'op') throw new TypeError('a product is an application');
  const { inputs, attrs } = product.origin;
  return attrs['transB'] === true ? inputs[1]! : transpose(inputs[1]!);
}
