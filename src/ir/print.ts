import { checkList } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { ProgramError } from '../base/errors.ts';
import { plainOf } from '../base/plain.ts';
import { showShape } from '../base/shape.ts';
import { checkTensor } from './op.ts';
import type { Program, Region, Step } from './program.ts';
import { inputsOf, type Tensor } from './tensor.ts';

/**
 * A program as text, a line for each buffer and step, for people and for snapshots.
 *
 * @throws {ProgramError} for what is not a whole program.
 */
export function printProgram(program: Program): string {
  const own = plainOf('printProgram: program', program);
  try {
    return textOf(own);
  } catch {
    // The cause would name a variable of ours.
    throw new ProgramError('printProgram: this is no whole program', {
      got: describe(program),
      hint: 'give what compile gave',
    });
  }
}

function textOf(program: Program): string {
  const at = (buffer: number): string => {
    const { place, shape, dtype } = program.buffers[buffer]!;
    const where = 'stored' in place ? place.stored : `@${place.arena}`;
    return `${where}${showShape(shape)}${dtype === 'i32' ? ':i32' : ''}`;
  };
  return [
    `arena ${program.arena}`,
    ...program.constants.map(({ buffer, value }) => `constant ${at(buffer)} = ${value}`),
    ...program.feeds.map(({ name, buffer }) => `feed ${at(buffer)} = ${name}`),
    ...program.steps.map((step) => printStep(step, at)),
    ...program.fetches.map(({ name, buffer }) => `fetch ${name} = ${at(buffer)}`),
  ].join('\n');
}

function printStep(step: Step, at: (buffer: number) => string): string {
  const path = step.path === '' ? '' : `  # ${step.path}`;
  if (step.kind === 'copy') return `copy ${at(step.to)} = ${at(step.from)}${path}`;
  if (step.kind === 'kernel') {
    const attrs = Object.keys(step.attrs).length === 0 ? '' : ` ${JSON.stringify(step.attrs)}`;
    const outputs = [step.output, ...(step.more ?? [])].map(at).join(', ');
    const line = `${outputs} = ${step.op}(${step.inputs.map(at).join(', ')})${attrs}${path}`;
    return step.epilogue === undefined ? line : `${line}\n${printRegion('then', step.epilogue, '', at)}`;
  }
  return printRegion('region', step, path, at);
}

function printRegion(name: string, step: Region, path: string, at: (buffer: number) => string): string {
  const inputs = step.inputs.map(({ buffer, strides }) => `${at(buffer)} by [${strides}]`);
  let value = inputs.length;
  const body = step.body.map(({ op, args, results = 1 }) => {
    const made = Array.from({ length: results }, () => `%${value++}`);
    return `${made.join(', ')} = ${op}(${args.map((a) => `%${a}`)})`;
  });
  const outputs = step.outputs.map(({ buffer, value }) => `${at(buffer)} = %${value}`);
  return [
    `${name} [${step.dims}]${path}`,
    ...inputs.map((input, i) => `  %${i} = ${input}`),
    ...body.map((line) => `  ${line}`),
    ...outputs.map((line) => `  ${line}`),
  ].join('\n');
}

/**
 * A graph as text, a line for each tensor, inputs first.
 *
 * @throws {OptionError | ShapeError} for what is not a list of tensors.
 */
export function printGraph(order: readonly Tensor[]): string {
  return checkList('printGraph', 'order', order, 'a list of tensors')
    .map((one, i) => {
      const tensor = checkTensor('printGraph', `order[${i}]`, one);
      const { origin, shape, id } = tensor;
      const what =
        origin.kind === 'op'
          ? `${origin.op.name}(${inputsOf(tensor).map((input) => `%${input.id}`)})`
          : origin.kind === 'constant'
            ? String(origin.value)
            : `${origin.role} ${origin.name}`;
      return `%${id} ${showShape(shape)} = ${what}`;
    })
    .join('\n');
}
