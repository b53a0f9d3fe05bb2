import type { Model } from '../train/model.ts';

/** How much of what is costly a report can afford. */
export interface Budget {
  /** Rows that columns are shuffled in, and how often. */
  readonly shuffled: { readonly rows: number; readonly repeats: number };
  /** Rows that are explained for global importance. */
  readonly explained: number;
  /** Rows to compare with. */
  readonly background: number;
  /** How rows are explained: Shapley values, or, of models that are too large for them, by gradients. */
  readonly method: 'shap' | 'gradientShap';
}

// About a second each on two cores, and a few in TypeScript: a report must not take longer than the training.
const FLOPS = { native: 5e10, typescript: 1e9 } as const;
const MOST = { shuffled: 1000, repeats: 5, explained: 50, background: 50 };
const LEAST = { shuffled: 50, explained: 10, background: 10 };

/** Sizes for a model of so many columns. They depend on the model and the backend, never on the clock. */
export function budgetFor(model: Model, columns: number): Budget {
  const { name } = model.session.engine.backend;
  const rows = (name === 'native' ? FLOPS.native : FLOPS.typescript) / Math.max(1, model.summary().flops);
  // As many coalitions as `shap` takes when nothing is said.
  const coalitions = Math.min(2 ** columns, 2 * columns + 2050);
  const [explained, background] = shrunk(rows / coalitions);
  const fits = explained * background * coalitions <= 4 * rows;
  const shuffles = Math.min(MOST.repeats, Math.max(1, Math.floor(rows / columns / MOST.shuffled)));
  return {
    shuffled: {
      rows: clamp(Math.floor(rows / columns / shuffles), LEAST.shuffled, MOST.shuffled),
      repeats: shuffles,
    },
    explained,
    background,
    method: fits ? 'shap' : 'gradientShap',
  };
}

/** Rows to explain and to compare with whose product is at most so large, as long as they are not too few. */
function shrunk(product: number): [explained: number, background: number] {
  const background = clamp(Math.floor(product / MOST.explained), LEAST.background, MOST.background);
  return [clamp(Math.floor(product / background), LEAST.explained, MOST.explained), background];
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
