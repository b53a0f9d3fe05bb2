import { ProgramError } from '../base/errors.ts';
import { sameShape, showShape } from '../base/shape.ts';
import { arityOf, findBundle } from '../ir/bundle.ts';
import { byName, encodeAttrs, findOp, type OpEntry } from '../ir/op.ts';
import type { Buffer, CopyStep, KernelStep, Program, Region, Step } from '../ir/program.ts';
import type { Opcodes } from './link.ts';

/** A program as the addon takes it. */
export interface Encoded {
  /** All numbers in the order in which `native/src/program.cc` reads them; each list is preceded by its length. */
  readonly code: Float64Array;
  /** Names of the stored tensors that the program uses; slot s is written as -1 - s. */
  readonly slots: readonly string[];
}

/**
 * Writes a program as numbers. The addon trusts shapes and attributes of kernels, so they are checked here, by the
 * op table's own rules.
 *
 * @throws {ProgramError} when a step breaks its op's shape rule, or an op has no kernel.
 */
export function encode(program: Program, opcodes: Opcodes): Encoded {
  const slots = new Map<string, number>();
  const slotOf = (name: string): number => {
    const slot = slots.get(name) ?? slots.size;
    slots.set(name, slot);
    return slot;
  };
  const { buffers, constants, feeds, steps, fetches } = program;
  const code = [
    program.arena,
    ...list(buffers, ({ place, shape }) => [
      'stored' in place ? -1 - slotOf(place.stored) : place.arena,
      ...list(shape, (dim) => [dim]),
    ]),
    ...list(constants, ({ buffer, value }) => [buffer, buffers[buffer]?.dtype === 'i32' ? 1 : 0, value]),
    ...list(feeds, ({ buffer }) => [buffer]),
    ...list(fetches, ({ buffer }) => [buffer]),
    ...list(steps, (step) => encodeStep(step, buffers, opcodes)),
  ];
  return { code: Float64Array.from(code), slots: [...slots.keys()] };
}

function list<T>(items: readonly T[], encodeItem: (item: T) => number[]): number[] {
  return [items.length, ...items.flatMap(encodeItem)];
}

function encodeStep(step: Step, buffers: readonly Buffer[], opcodes: Opcodes): number[] {
  if (step.kind === 'copy') return encodeCopy(step);
  return step.kind === 'kernel' ? encodeKernel(step, buffers, opcodes) : [1, ...encodeRegion(step, opcodes)];
}

function encodeKernel(step: KernelStep, buffers: readonly Buffer[], opcodes: Opcodes): number[] {
  for (const part of partsOf(step)) checkKernel(part, entryOf(part.op), buffers);
  const { output, more = [] } = step;
  const attrs = encodeAttrs(step.attrs);
  return [
    0,
    opcodeOf(step.op, opcodes),
    ...list(step.inputs, (i) => [i]),
    ...list([output, ...more], (i) => [i]),
    attrs.length,
    ...attrs,
    step.inner ? 1 : 0,
    ...(step.epilogue === undefined ? [0] : [1, ...encodeRegion(step.epilogue, opcodes)]),
  ];
}

function encodeRegion(step: Region, opcodes: Opcodes): number[] {
  return [
    ...list(step.dims, (dim) => [dim]),
    ...list(step.inputs, ({ buffer, strides }) => {
      if (strides.length !== step.dims.length)
        throw new ProgramError('a region needs a stride for each dimension');
      return [buffer, ...strides];
    }),
    ...list(step.body, ({ op, args, results = 1 }) => {
      const wanted = arityOf(op);
      if (wanted?.args !== args.length || wanted.results !== results) {
        throw new ProgramError(`${op} cannot stand in a region with ${args.length} arguments`);
      }
      return [opcodeOf(op, opcodes), ...list(args, (value) => [value])];
    }),
    ...list(step.outputs, ({ buffer, value }) => [buffer, value]),
  ];
}

function encodeCopy({ from, to }: CopyStep): number[] {
  return [2, from, to];
}

function entryOf(op: string): OpEntry {
  const entry = findOp(op);
  if (entry === undefined) throw new ProgramError(`there is no op ${op}`);
  return entry;
}

function opcodeOf(op: string, opcodes: Opcodes): number {
  const opcode = opcodes.get(op);
  if (opcode === undefined) throw new ProgramError(`${op} has no native kernel`);
  return opcode;
}

/** A step as those that a bundle of kernels stands for, each with its own output. */
function partsOf(step: KernelStep): KernelStep[] {
  const { inputs, output, more = [] } = step;
  const bundle = findBundle(step.op);
  if (bundle === undefined && more.length === 0) return [step];
  const outputs = [output, ...more];
  if (bundle?.parts.length !== outputs.length || bundle.inputs.length !== inputs.length)
    throw new ProgramError(`${step.op} has other inputs and outputs than these`, {
      at: step.path || undefined,
    });
  return bundle.parts.map(({ op, args }, i) => {
    return { ...step, op, inputs: args.map((arg) => inputs[arg]!), output: outputs[i]!, more: [] };
  });
}

function checkKernel(step: KernelStep, entry: OpEntry, buffers: readonly Buffer[]): void {
  const at = step.path || undefined;
  const refuse = (why: string): never => {
    throw new ProgramError(`${step.op}: ${why}`, { at });
  };
  const bufferAt = (index: number): Buffer => buffers[index] ?? refuse(`there is no buffer ${index}`);
  const inputs = step.inputs.map(bufferAt);
  const output = bufferAt(step.output);
  if (entry.map) refuse('an elementwise op runs in a region');
  if (inputs.length !== entry.inputs.length)
    refuse(`takes ${entry.inputs.length} inputs, got ${inputs.length}`);
  entry.inputs.forEach((name, i) => {
    const wanted = entry.inputTypes[name] ?? 'f32';
    if (inputs[i]!.dtype !== wanted) refuse(`${name} must be ${wanted}`);
  });
  if (output.dtype !== entry.outputType) refuse(`the output must be ${entry.outputType}`);
  const attrs = Object.keys(entry.attrs);
  if (Object.keys(step.attrs).join() !== attrs.join())
    refuse(`wants the attributes ${attrs.join(', ')} in this order`);
  const shapes = byName(
    entry,
    inputs.map(({ shape }) => shape),
  );
  const shape = entry.shape(shapes, step.attrs, refuse);
  if (!sameShape(shape, output.shape)) refuse(`gives ${showShape(shape)}, not ${showShape(output.shape)}`);
}
