export { type AleData, type AleOptions, ale } from './ale.ts';
export type { AttributionData } from './attribution.ts';
export { type BarData, type BarOptions, bar } from './bar.ts';
export { type BeeswarmData, type BeeswarmOptions, beeswarm } from './beeswarm.ts';
export { type Change, type ChangesData, type CounterfactualResult, changes } from './changes.ts';
export { type ConfusionData, confusionMatrix } from './confusion-matrix.ts';
export { type DecisionBoundaryData, decisionBoundary } from './decision-boundary.ts';
export { type DeletionCurveData, type DeletionLine, deletionCurve } from './deletion-curve.ts';
export type { PlotOptions } from './figure.ts';
export { type ForceOptions, force } from './force.ts';
export { type HeatmapData, heatmap } from './heatmap.ts';
export { type HeatmapOverlayData, type HeatmapOverlayOptions, heatmapOverlay } from './heatmap-overlay.ts';
export { type LearningCurvesData, type LearningCurvesOptions, learningCurves } from './learning-curves.ts';
export { type NetworkOptions, network } from './network.ts';
export type { NetworkData, NetworkLayer } from './network-data.ts';
export {
  type PartialDependenceData,
  type PartialDependenceOptions,
  partialDependence,
} from './partial-dependence.ts';
export { type Proponent, type ProponentsData, type ProponentsOptions, proponents } from './proponents.ts';
export type { Rows } from './reading.ts';
export { type ReliabilityData, reliabilityDiagram } from './reliability-diagram.ts';
export type {
  AttributionLogResult,
  AuditResult,
  BarResult,
  ImportanceResult,
  LeakageResult,
  MemorizationResult,
  NeuronsResult,
  RowsResult,
  SanityResult,
  ShortcutResult,
  TemperatureResult,
} from './results/bars.ts';
export type {
  AleResult,
  CalibrationResult,
  CurveResult,
  DependenceResult,
  FaithfulnessResult,
} from './results/curves.ts';
export type { ColumnAttribution, Explained, ExplanationResult } from './results/explanation.ts';
export type { InfluenceResult } from './results/influence.ts';
export type { PredictedClass, PredictionsResult } from './results/predictions.ts';
export type { ResultOptions, Shaped } from './results/result.ts';
export type { HeatmapResult } from './results/tables.ts';
export type { SurrogateNode, SurrogateTreeResult } from './results/tree.ts';
export type { SnapshotsResult, WeightsResult } from './results/weights.ts';
export { type RocData, type RocLine, rocCurve } from './roc-curve.ts';
export type { ScaleKind, ScaleOptions } from './scale.ts';
export { type ScatterData, type ScatterOptions, scatter } from './scatter.ts';
export type { Theme } from './theme.ts';
export { type TreeData, type TreeNode, type TreeOptions, tree } from './tree.ts';
export { type WaterfallOptions, waterfall } from './waterfall.ts';
export {
  type LayerWeights,
  type WeightHistogramsData,
  type WeightHistogramsOptions,
  weightHistograms,
} from './weight-histograms.ts';
