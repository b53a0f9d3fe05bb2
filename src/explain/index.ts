/** Why a model says what it says: the entry point `glia/explain`. */
export { type AblationOptions, featureAblation } from './ablation.ts';
export type { Absent } from './absent.ts';
export type { TopRow } from './activity.ts';
export { type AccumulatedLocalEffects, type AleOptions, ale } from './ale.ts';
export {
  type AttributionEpoch,
  type AttributionLog,
  type AttributionLogOptions,
  attributionLog,
} from './attribution-log.ts';
export { type Audit, type AuditOptions, audit } from './audit.ts';
export type { AuditedMethod } from './audit-methods.ts';
export type { BaselineOptions, Baselines } from './baselines.ts';
export { type Calibration, type CalibrationOptions, calibration } from './calibration.ts';
export type { Change } from './changed-row.ts';
export type { InfluenceOptions, Influencer } from './checkpoints.ts';
export type { ColumnGroups } from './column-groups.ts';
export type { ColumnPower } from './column-power.ts';
export {
  type Counterfactual,
  type CounterfactualOptions,
  counterfactual,
} from './counterfactual.ts';
export type { Allowed } from './counterfactual-space.ts';
export { type Curve, type CurveOptions, deletion, insertion } from './curves.ts';
export { type DeepLiftOptions, deepLift } from './deep-lift.ts';
export type { Duplicate } from './duplicates.ts';
export { type ExplainRowOptions, explain, type Why } from './explain.ts';
export { type Attribution, type Cost, Explanation, type ExplanationJson } from './explanation.ts';
export { type Faithfulness, type FaithfulnessOptions, faithfulness } from './faithfulness.ts';
export type { Known } from './features.ts';
export type { Split } from './frame.ts';
export { type GradientShapOptions, gradientShap } from './gradient-shap.ts';
export type { GridColumn, GridOptions } from './grid.ts';
export { type Infidelity, type InfidelityOptions, infidelity } from './infidelity.ts';
export { type Influence, influence } from './influence.ts';
export {
  type IntegratedGradientsOptions,
  integratedGradients,
  type PathMethod,
} from './integrated-gradients.ts';
export type { Attributed, Judged, OneOutputOptions } from './judged.ts';
export type { Examples, LossChoice } from './labelled.ts';
export { type Leakage, type LeakageOptions, leakage } from './leakage.ts';
export type { Lesion } from './lesion.ts';
export { type LrpOptions, lrp } from './lrp.ts';
export type { LrpNumbers, LrpRule } from './lrp-rules.ts';
export { type Memorization, memorization } from './memorization.ts';
export type { MethodName } from './methods.ts';
export type { Variant } from './moments.ts';
export { type LayerNeurons, type Neuron, type Neurons, type NeuronsOptions, neurons } from './neurons.ts';
export type { Stdev } from './noise.ts';
export { type OcclusionOptions, occlusion } from './occlusion.ts';
export type { ExplainOptions, OutputKind, Target } from './options.ts';
export {
  type PartialDependence,
  type PartialDependenceOptions,
  partialDependence,
} from './partial-dependence.ts';
export {
  type PermutationImportance,
  type PermutationImportanceOptions,
  permutationImportance,
} from './permutation-importance.ts';
export type { PictureOptions } from './picture.ts';
export type { Groups } from './players.ts';
export type { QuadratureRule } from './quadrature.ts';
export type { CalibrationBin, Reliability } from './reliability.ts';
export type { Condition, Rule } from './rules.ts';
export { inputXGradient, type SaliencyOptions, saliency } from './saliency.ts';
export { type SanityCheck, type SanityCheckOptions, type SanityStage, sanityCheck } from './sanity-check.ts';
export { type Method, type Sensitivity, type SensitivityOptions, sensitivity } from './sensitivity.ts';
export { type ShapOptions, shap } from './shap.ts';
export type { ShapleyAlgorithm } from './shapley-algorithm.ts';
export { type Shortcut, type ShortcutOptions, shortcut } from './shortcut.ts';
export { type Smoothed, type SmoothGradOptions, smoothGrad } from './smooth-grad.ts';
export type { Estimate } from './spread.ts';
export type { Explained } from './subject.ts';
export { type SurrogateTree, type SurrogateTreeOptions, surrogateTree } from './surrogate-tree.ts';
export { type Temperature, temperature } from './temperature.ts';
export type { TreeNode } from './tree.ts';
export type { TuningPoint } from './tuning.ts';
export type { Lengths } from './windows.ts';
