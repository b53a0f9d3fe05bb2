import { allBundles, type Bundle } from '../ir/bundle.ts';
import { inputsOf, type Tensor } from '../ir/tensor.ts';

/** Two results that a bundle of kernels computes together. */
export interface Joint {
  /** Of the bundle. */
  readonly name: string;
  readonly inputs: readonly Tensor[];
  readonly results: readonly Tensor[];
}

/** Kernels with the same inputs that a bundle declares and the backend has. No tensor belongs to two joints. */
export function findJoints(order: readonly Tensor[], has: (bundle: string) => boolean): Joint[] {
  const known = allBundles().filter(({ name, elementwise }) => !elementwise && has(name));
  const free = new Set(order);
  const joints: Joint[] = [];
  for (const bundle of known) {
    for (const tensor of order) {
      const joint = free.has(tensor) ? match(bundle, tensor, free) : undefined;
      if (joint === undefined) continue;
      joints.push(joint);
      for (const result of joint.results) free.delete(result);
    }
  }
  return joints;
}

/** The joint whose first result is `first`. */
function match({ name, inputs, parts }: Bundle, first: Tensor, free: ReadonlySet<Tensor>): Joint | undefined {
  const found: Tensor[] = [];
  const results: Tensor[] = [];
  for (const { op, args } of parts) {
    const agrees = (tensor: Tensor): boolean =>
      tensor.origin.kind === 'op' &&
      tensor.origin.op.name === op &&
      inputsOf(tensor).every((input, i) => (found[args[i]!] ?? input) === input);
    const result = results.length === 0 ? [first].find(agrees) : [...free].find(agrees);
    if (result === undefined) return undefined;
    results.push(result);
    inputsOf(result).forEach((input, i) => {
      found[args[i]!] = input;
    });
  }
  return { name, inputs: inputs.map((_, i) => found[i]!), results };
}
