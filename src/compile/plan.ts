import type { Buffer, KernelStep, Program, Region, Step } from '../ir/program.ts';
import { inputsOf, type Tensor } from '../ir/tensor.ts';
import { type Copies, placeCarried } from './carry.ts';
import { mergeAxes } from './dims.ts';
import type { Graph } from './graph.ts';
import type { Joint } from './joints.ts';
import { findUses, Homes, type Uses } from './lifetimes.ts';
import { placeInArena, reuseInputs } from './memory.ts';
import { toposort } from './toposort.ts';
import { rootOf, schedule, type Unit } from './units.ts';

/**
 * Puts a graph into steps and its values into memory: an order, lifetimes, offsets in one arena, and in-place
 * updates where nothing still reads the old value. `has` says which bundles of kernels may be used.
 */
export function plan(graph: Graph, has: (bundle: string) => boolean = () => false): Program {
  const kept = [...Object.values(graph.fetch), ...graph.carry.map(([, next]) => next)];
  const order = toposort([...kept, ...graph.carry.map(([leaf]) => leaf)]);
  const units = schedule(order, new Set(graph.carry.map(([, next]) => rootOf(next))), has);
  const uses = findUses(order, units, kept);
  const homes = new Homes();
  const copies = placeCarried(graph, units, uses, homes);
  reuseInputs(units, uses, homes);
  return emit(graph, order, units, uses, homes, copies);
}

function emit(
  graph: Graph,
  order: readonly Tensor[],
  units: readonly Unit[],
  uses: Uses,
  homes: Homes,
  copies: Copies,
): Program {
  const { places, arena, snapshots } = placeInArena(order, units, uses, homes, copies);
  const buffers: Buffer[] = [];
  const index = new Map<Tensor, number>();
  const bufferOf = (tensor: Tensor): number => {
    const known = index.get(tensor);
    if (known !== undefined) return known;
    const root = rootOf(tensor);
    const viewOf = root === tensor ? undefined : bufferOf(root);
    index.set(tensor, buffers.length);
    const { shape, dtype } = tensor;
    buffers.push({ place: places.get(root)!, shape, dtype, ...(viewOf !== undefined && { viewOf }) });
    return buffers.length - 1;
  };
  const saved = new Map(
    [...snapshots].map(([leaf, offset]) => {
      buffers.push({ place: { arena: offset }, shape: leaf.shape, dtype: leaf.dtype });
      return [leaf, buffers.length - 1] as const;
    }),
  );
  const finalOf = (tensor: Tensor): number => {
    const snapshot = saved.get(rootOf(tensor));
    if (snapshot === undefined) return bufferOf(tensor);
    if (rootOf(tensor) === tensor) return snapshot;
    buffers.push({ ...buffers[snapshot]!, shape: tensor.shape, viewOf: snapshot });
    return buffers.length - 1;
  };
  const steps: Step[] = [...saved].map(([leaf, to]) => ({
    kind: 'copy',
    from: bufferOf(leaf),
    to,
    path: '',
  }));
  units.forEach((unit, u) => {
    steps.push(stepOf(unit, u, uses, bufferOf));
  });
  for (const { leaf, next } of copies.late) {
    steps.push({ kind: 'copy', from: finalOf(next), to: bufferOf(leaf), path: next.path });
  }
  const used = [...order];
  const constants = used.flatMap((tensor) =>
    tensor.origin.kind === 'constant' ? [{ buffer: bufferOf(tensor), value: tensor.origin.value }] : [],
  );
  const feeds = used.flatMap((tensor) =>
    tensor.origin.kind === 'leaf' && tensor.origin.role === 'fed'
      ? [{ name: tensor.origin.name, buffer: bufferOf(tensor) }]
      : [],
  );
  const fetches = Object.entries(graph.fetch).map(([name, tensor]) => ({ name, buffer: finalOf(tensor) }));
  return { buffers, arena, constants, feeds, steps, fetches };
}

function stepOf(unit: Unit, u: number, uses: Uses, bufferOf: (tensor: Tensor) => number): Step {
  const { kernel, region, joint } = unit;
  if (joint !== undefined) return jointStep(joint, bufferOf);
  const body = region.length > 0 ? bodyOf(region, u, uses, bufferOf) : undefined;
  if (kernel === undefined) return { kind: 'region', ...body!, path: region.at(-1)!.path };
  const inner = uses.last.get(kernel) === u && { inner: true as const };
  return { ...kernelStep(kernel, bufferOf), ...(body && { epilogue: body, ...inner }) };
}

function jointStep({ name, inputs, results }: Joint, bufferOf: (tensor: Tensor) => number): KernelStep {
  const [output, ...more] = results.map(bufferOf);
  const { path } = results.at(-1)!;
  return { kind: 'kernel', op: name, inputs: inputs.map(bufferOf), output: output!, more, attrs: {}, path };
}

function kernelStep(tensor: Tensor, bufferOf: (tensor: Tensor) => number): KernelStep {
  if (tensor.origin.kind !== 'op') throw new TypeError('only an op makes a step');
  const { op, inputs, attrs } = tensor.origin;
  return {
    kind: 'kernel',
    op: op.name,
    inputs: inputs.map(bufferOf),
    output: bufferOf(tensor),
    attrs,
    path: tensor.path,
  };
}

function bodyOf(
  members: readonly Tensor[],
  u: number,
  uses: Uses,
  bufferOf: (tensor: Tensor) => number,
): Region {
  const inside = new Set(members);
  const inputs = [...new Set(members.flatMap((member) => inputsOf(member)))].filter(
    (input) => !inside.has(input),
  );
  const { dims, strides } = mergeAxes(
    members[0]!.shape,
    inputs.map((input) => input.shape),
  );
  const values = new Map([...inputs, ...members].map((tensor, i) => [tensor, i]));
  return {
    dims,
    inputs: inputs.map((input, i) => ({ buffer: bufferOf(input), strides: strides[i]! })),
    body: members.map((member) => ({
      op: member.origin.kind === 'op' ? member.origin.op.name : '',
      args: inputsOf(member).map((input) => values.get(input)!),
    })),
    outputs: members
      .filter((member) => uses.last.get(member)! > u)
      .map((member) => ({ buffer: bufferOf(member), value: values.get(member)! })),
  };
}
