import { broadcastStrides, type Shape } from '../base/shape.ts';

/**
 * The fewest axes that describe a region: neighbours along which every operand moves as one are merged, and axes of
 * length 1 are dropped.
 */
export function mergeAxes(out: Shape, operands: readonly Shape[]): { dims: number[]; strides: number[][] } {
  const all = operands.map((shape) => broadcastStrides(shape, out));
  const dims: number[] = [];
  const strides = operands.map((): number[] => []);
  for (let axis = 0; axis < out.length; axis++) {
    const dim = out[axis]!;
    if (dim === 1) continue;
    const joins = dims.length > 0 && strides.every((own, k) => own.at(-1)! === all[k]![axis]! * dim);
    if (joins) dims[dims.length - 1]! *= dim;
    else dims.push(dim);
    strides.forEach((own, k) => {
      if (joins) own[own.length - 1] = all[k]![axis]!;
      else own.push(all[k]![axis]!);
    });
  }
  return dims.length > 0 ? { dims, strides } : { dims: [1], strides: operands.map(() => [0]) };
}
