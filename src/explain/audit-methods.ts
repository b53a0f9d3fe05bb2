import { GliaError } from '../base/errors.ts';
import type { Matrix } from '../data/index.ts';
import type { Model } from '../train/model.ts';
import { deletion } from './curves.ts';
import type { Cost } from './explanation.ts';
import type { ExplainOptions } from './options.ts';
import { openCorrelations, type SanityCheck, sanityCheck } from './sanity-check.ts';
import type { Method } from './sensitivity.ts';
import type { Estimate } from './spread.ts';

/** What is to be said of a method on a model. */
export interface AuditedMethod {
  readonly name: string;
  /** Why it cannot explain this model; then nothing else is there. */
  readonly refused?: string;
  /** Largest miss of what the attributions should add up to, of a method that promises it. */
  readonly completenessError?: number;
  /** By how much the probability of the target falls faster than for random orders, as {@link deletion} has it. */
  readonly deletionGain?: Estimate;
  /** Rank correlation that is left when all layers are random, and what follows from it. */
  readonly randomised?: number;
  readonly verdict?: SanityCheck['verdict'];
  readonly cost?: Cost;
  readonly warnings: readonly string[];
}

/** Asks a method for attributions of some rows, and whether they say what the model does. */
export async function auditMethod(
  name: string,
  method: Method,
  model: Model,
  x: Matrix,
  options: Pick<ExplainOptions, 'signal'> & { readonly seed: number; readonly repeats: number },
): Promise<AuditedMethod> {
  const { seed, repeats, ...asked } = options;
  try {
    const explanation = await method(model, x, asked);
    const { convergenceDelta: delta, cost, warnings } = explanation;
    const fallen = await deletion(model, explanation, { ...asked, seed });
    const { stages, verdict, ...checked } = await sanityCheck(model, x, method, { ...asked, seed, repeats });
    // The correlation is given without its standard error, which need not be known then.
    const open = new Set(openCorrelations(repeats));
    const others = checked.warnings.filter((warning) => !open.has(warning));
    return {
      name,
      ...(delta && { completenessError: delta.data.reduce((a, b) => Math.max(a, Math.abs(b)), 0) }),
      ...(fallen.gain && { deletionGain: fallen.gain }),
      randomised: stages.at(-1)!.correlation.mean,
      verdict,
      cost,
      warnings: [...new Set([...warnings, ...fallen.warnings, ...others])],
    };
  } catch (error) {
    options.signal?.throwIfAborted();
    if (!(error instanceof GliaError)) throw error;
    return { name, refused: error.message.split('\n', 1)[0]!, warnings: [] };
  }
}
