import { OptionError } from '../base/errors.ts';
import type { Model } from '../train/model.ts';
import { featureAblation } from './ablation.ts';
import { deepLift } from './deep-lift.ts';
import type { Explanation } from './explanation.ts';
import { gradientShap } from './gradient-shap.ts';
import { type IntegratedGradientsOptions, integratedGradients } from './integrated-gradients.ts';
import { lrp } from './lrp.ts';
import { occlusion } from './occlusion.ts';
import { inputXGradient, saliency } from './saliency.ts';
import { shap } from './shap.ts';
import { smoothGrad } from './smooth-grad.ts';
import type { Explained } from './subject.ts';

/** A method with its options unread: it checks them itself. */
export type Method = (model: Model, inputs: Explained, options: object) => Promise<Explanation>;

/** A method of attribution, and what those must know who take it by name. */
interface Entry {
  readonly run: Method;
  /** It compares with rows: each of a background, or their mean as `baselines: 'mean'`. */
  readonly compares?: 'background' | 'mean';
  /** It draws, so that it takes a seed. */
  readonly draws?: true;
  /** It slides over a grid, which columns are not, and asks for its window. */
  readonly slides?: true;
  /** Options with which it costs less, for who asks it many times. */
  readonly cheaply?: object;
}

/** Steps of a path that bends everywhere: four times as many as usual, for one row is cheap. */
const STEPS = 200;

/** Methods that say what each input of a row did, by name. Who explains, audits or tests all of them finds them here. */
const METHODS = {
  deepLift: { run: deepLift, compares: 'background' },
  featureAblation: { run: featureAblation, compares: 'mean' },
  gradientShap: { run: gradientShap as Method, compares: 'background', draws: true },
  inputXGradient: { run: inputXGradient },
  integratedGradients: { run: alongPath, compares: 'mean', cheaply: { nSteps: 50 } },
  lrp: { run: lrp },
  occlusion: { run: occlusion as Method, compares: 'mean', slides: true },
  saliency: { run: saliency },
  // A few coalitions: its standard error says what that leaves open.
  shap: { run: shap as Method, compares: 'background', draws: true, cheaply: { nSamples: 256 } },
  smoothGrad: { run: smoothGrad, draws: true },
} satisfies Readonly<Record<string, Entry>>;

/** Name of a method of attribution. */
export type MethodName = keyof typeof METHODS;

/** All methods, for choices by name. */
export const methods: Readonly<Record<MethodName, Entry>> = METHODS;

/** Names of the methods in their order. */
export const methodNames: readonly MethodName[] = Object.keys(METHODS) as MethodName[];

/** The methods that go without options of their own, as they are asked many times, with rows to compare with. */
export function usualMethods(background: Explained): Readonly<Record<string, Method>> {
  const usual = Object.entries<Entry>(METHODS).filter(([, { slides }]) => slides !== true);
  return Object.fromEntries(
    usual.map(([name, { run, compares, cheaply }]) => {
      const own = { ...cheaply, ...(compares === 'background' && { background }) };
      return [name, (model, x, options) => run(model, x, { ...options, ...own })];
    }),
  );
}

/**
 * Integrated gradients without an error where the model is linear in pieces, else by a sum whose error is part of what it
 * gives. Who says how many steps gets them.
 */
export async function alongPath(
  model: Model,
  inputs: Explained,
  options: IntegratedGradientsOptions,
): Promise<Explanation> {
  if (options.nSteps !== undefined) return integratedGradients(model, inputs, options);
  try {
    return await integratedGradients(model, inputs, { ...options, method: 'exact' });
  } catch (error) {
    // What else is wrong with the options is wrong with them here, too.
    if (!(error instanceof OptionError)) throw error;
    return integratedGradients(model, inputs, { ...options, nSteps: STEPS });
  }
}
