import type { Model } from '../train/model.ts';
import { featureAblation } from './ablation.ts';
import { deepLift } from './deep-lift.ts';
import type { Explanation } from './explanation.ts';
import { gradientShap } from './gradient-shap.ts';
import { integratedGradients } from './integrated-gradients.ts';
import { lrp } from './lrp.ts';
import { occlusion } from './occlusion.ts';
import { inputXGradient, saliency } from './saliency.ts';
import { shap } from './shap.ts';
import { smoothGrad } from './smooth-grad.ts';
import type { Explained } from './subject.ts';

/** Methods that say what each input of a row did, by name. */
const METHODS = {
  deepLift,
  featureAblation,
  gradientShap,
  inputXGradient,
  integratedGradients,
  lrp,
  occlusion,
  saliency,
  shap,
  smoothGrad,
} as const;

/** Name of a method of attribution. */
export type MethodName = keyof typeof METHODS;

/** A method with its options unread: it checks them itself. */
export type Method = (model: Model, inputs: Explained, options: object) => Promise<Explanation>;

/** All methods, for choices by name. */
export const methods: Readonly<Record<MethodName, Method>> = METHODS as Readonly<Record<MethodName, Method>>;

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
