/** Why a model says what it says: the entry point `glia/explain`. */
export { type Attribution, type Cost, Explanation, type ExplanationJson } from './explanation.ts';
export type { ExplainOptions, Target } from './options.ts';
export { inputXGradient, type SaliencyOptions, saliency } from './saliency.ts';
export type { Explained } from './subject.ts';
