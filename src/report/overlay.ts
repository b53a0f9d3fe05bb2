import type { Explanation } from '../explain/explanation.ts';
import type { Content } from '../page/html.ts';
import { figure } from '../page/page.ts';
import { heatmapOverlay } from '../plot/heatmap-overlay.ts';
import { type Image, pixelsOf } from './image.ts';

/** A row of an explanation as a picture with what its pixels did over it. */
export function overlay(image: Image, explanation: Explanation, row: number): Content {
  const found = new Map(explanation.top(undefined, row).map((one) => [one.feature, one] as const));
  const { width, height } = image;
  return figure(
    heatmapOverlay({
      ...{ width, height },
      image: pixelsOf(image, (column) => found.get(column)?.value),
      attributions: pixelsOf(image, (column) => found.get(column)?.attribution),
      outputName: explanation.outputNames[explanation.target[row]!]!,
      unit: explanation.unit,
    }),
  );
}
