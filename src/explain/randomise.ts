import { Random } from '../base/random.ts';
import { sizeOf } from '../base/shape.ts';
import type { Network } from '../nn/index.ts';
import type { Weight } from '../train/session.ts';

/** Names of the layers that have weights, from the output down. */
export function layersFromTop({ params }: Network): readonly string[] {
  return [...new Set(params.map(({ path }) => layerOf(path)))].reverse();
}

/** Weights of which those of some layers are first values anew, from other draws than the model's own. */
export function randomised(
  { params, states }: Network,
  weights: Readonly<Record<string, Weight>>,
  layers: readonly string[],
  seed: number,
): Record<string, Weight> {
  const next = { ...weights };
  for (const { path, shape, init } of params) {
    if (!layers.includes(layerOf(path))) continue;
    next[path] = { shape, data: init.fill(shape, Random.of(seed, `sanityCheck ${path}`)) };
  }
  for (const { path, shape, initial } of states) {
    if (!layers.includes(layerOf(path))) continue;
    next[path] = { shape, data: new Float32Array(sizeOf(shape)).fill(initial) };
  }
  return next;
}

/** A path is that of a layer, a dot, and the name of a parameter. */
function layerOf(path: string): string {
  return path.slice(0, path.indexOf('.'));
}
