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

/** Name of a method of attribution. */
export type MethodName =
  | 'deepLift'
  | 'featureAblation'
  | 'gradientShap'
  | 'inputXGradient'
  | 'integratedGradients'
  | 'lrp'
  | 'occlusion'
  | 'saliency'
  | 'shap'
  | 'smoothGrad';

/** A method with its options unread: it checks them itself. */
export type Method = (model: Model, inputs: Explained, options: object) => Promise<Explanation>;

/** Steps of a path that bends everywhere: four times as many as usual, for one row is cheap. */
const STEPS = 200;

/** Methods that say what each input of a row did, by name. */
const METHODS: Readonly<Record<MethodName, Method>> = {
  deepLift,
  featureAblation,
  gradientShap: gradientShap as Method,
  inputXGradient,
  integratedGradients: alongPath,
  lrp,
  occlusion: occlusion as Method,
  saliency,
  shap: shap as Method,
  smoothGrad,
};

/** All methods, for choices by name. */
export const methods: Readonly<Record<MethodName, Method>> = METHODS;

/** Names of the methods in their order. */
export const methodNames: readonly MethodName[] = Object.keys(METHODS) as MethodName[];

/** Methods that compare with rows, and how such rows are given to them. */
export const BACKGROUND: Readonly<Partial<Record<MethodName, 'background' | 'mean'>>> = {
  deepLift: 'background',
  featureAblation: 'mean',
  gradientShap: 'background',
  integratedGradients: 'mean',
  occlusion: 'mean',
  shap: 'background',
};

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
