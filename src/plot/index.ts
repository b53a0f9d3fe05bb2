export { type AleData, ale } from './ale.ts';
export type { AttributionData } from './attribution.ts';
export { type BarData, type BarOptions, bar } from './bar.ts';
export { type BeeswarmData, type BeeswarmOptions, beeswarm } from './beeswarm.ts';
export { type ConfusionData, confusionMatrix } from './confusion-matrix.ts';
export { type DecisionBoundaryData, decisionBoundary } from './decision-boundary.ts';
export { type DeletionCurveData, type DeletionLine, deletionCurve } from './deletion-curve.ts';
export type { PlotOptions } from './figure.ts';
export { type ForceOptions, force } from './force.ts';
export { type HeatmapData, heatmap } from './heatmap.ts';
export { type HeatmapOverlayData, heatmapOverlay } from './heatmap-overlay.ts';
export { type LearningCurvesData, type LearningCurvesOptions, learningCurves } from './learning-curves.ts';
export { type NetworkOptions, network } from './network.ts';
export type { NetworkData, NetworkLayer } from './network-data.ts';
export { type PartialDependenceData, partialDependence } from './partial-dependence.ts';
export { type Proponent, type ProponentsData, type ProponentsOptions, proponents } from './proponents.ts';
export type { Rows } from './reading.ts';
export { type ReliabilityData, reliabilityDiagram } from './reliability-diagram.ts';
export { type RocData, type RocLine, rocCurve } from './roc-curve.ts';
export { type ScatterData, scatter } from './scatter.ts';
export type { Theme } from './theme.ts';
export { type TreeData, type TreeNode, type TreeOptions, tree } from './tree.ts';
export { type WaterfallOptions, waterfall } from './waterfall.ts';
export {
  type LayerWeights,
  type WeightHistogramsData,
  type WeightHistogramsOptions,
  weightHistograms,
} from './weight-histograms.ts';
