import type { Tensor } from '../ir/tensor.ts';

/** What a program is asked for. */
export interface Graph {
  /** Values handed out after each step, by name. */
  readonly fetch: Readonly<Record<string, Tensor>>;
  /** Stored leaves and the values that they take after each step. */
  readonly carry: readonly (readonly [leaf: Tensor, next: Tensor])[];
}
