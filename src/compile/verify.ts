import { ProgramError } from '../base/errors.ts';
import { sizeOf } from '../base/shape.ts';
import type { KernelStep, Program, Region } from '../ir/program.ts';

/** Memory that holds a value: a range of the arena, or a stored tensor. */
interface Held {
  readonly place: string;
  readonly from: number;
  readonly to: number;
  readonly value: number;
}

/**
 * Runs a program on paper: every buffer lies inside the arena, whenever a step reads a buffer, the last thing
 * written to its memory was that buffer's value, and no step writes over what it has yet to read.
 *
 * @throws {ProgramError} naming the step and the buffer.
 */
export function verify(program: Program): void {
  const memory = new Memory(program);
  for (const { buffer } of program.constants) memory.write(buffer, 'a constant');
  for (const { buffer } of program.feeds) memory.write(buffer, 'a feed');
  program.steps.forEach((step, i) => {
    const where = `step ${i} (${step.kind === 'kernel' ? step.op : step.kind})`;
    if (step.kind === 'copy') {
      memory.read(step.from, where);
      checkApart(program, [step.to], [step.from], where);
      memory.write(step.to, where);
    } else if (step.kind === 'region') {
      runRegion(program, memory, step, where);
    } else {
      runKernel(program, memory, step, where);
    }
  });
  for (const { buffer, name } of program.fetches) memory.read(buffer, `fetch ${name}`);
  for (const { buffer } of program.constants) memory.read(buffer, 'the next run');
}

function runKernel(program: Program, memory: Memory, step: KernelStep, where: string): void {
  const { inputs, output, more = [], epilogue } = step;
  for (const buffer of inputs) memory.read(buffer, where);
  checkApart(program, [output, ...more], inputs, where);
  [output, ...more].forEach((one, i, all) => {
    checkApart(program, [one], all.slice(i + 1), where);
    memory.write(one, where);
  });
  if (epilogue === undefined) return;
  // The kernel may still be at work on another block.
  const written = epilogue.outputs.map(({ buffer }) => buffer);
  checkApart(program, written, inputs, where);
  runRegion(program, memory, epilogue, where);
}

function runRegion(program: Program, memory: Memory, region: Region, where: string): void {
  for (const { buffer } of region.inputs) memory.read(buffer, where);
  checkInPlace(program, region, where);
  for (const { buffer } of region.outputs) memory.write(buffer, where);
}

function checkApart(
  program: Program,
  outputs: readonly number[],
  inputs: readonly number[],
  where: string,
): void {
  for (const output of outputs) {
    for (const input of inputs) {
      if (overlap(range(program, output), range(program, input))) refuseOver(output, input, where);
    }
  }
}

function refuseOver(output: number, input: number, where: string): never {
  throw new ProgramError(`${where} writes buffer ${output} over buffer ${input}, which it reads`);
}

/** Only a region may write over what it reads, and not before it is done with it. */
function checkInPlace(program: Program, step: Region, where: string): void {
  for (const { buffer: output } of step.outputs) {
    for (const { buffer: input } of step.inputs) {
      if (!overlap(range(program, output), range(program, input))) continue;
      if (!sameRange(program, output, input)) refuseOver(output, input, where);
      if (lastRead(step, input) > birthOf(step, output)) {
        throw new ProgramError(`${where} reads buffer ${input} after it wrote buffer ${output} over it`);
      }
    }
  }
}

/** Whether element i of both is the same memory. A stored tensor is one place, whatever its size. */
function sameRange(program: Program, a: number, b: number): boolean {
  const [left, right] = [range(program, a), range(program, b)];
  const [m, n] = [a, b].map((buffer) => sizeOf(program.buffers[buffer]!.shape));
  return left.from === right.from && left.to === right.to && m === n;
}

function lastRead(step: Region, buffer: number): number {
  return step.body.findLastIndex(({ args }) => args.some((arg) => step.inputs[arg]?.buffer === buffer));
}

function birthOf({ inputs, body, outputs }: Region, buffer: number): number {
  let left = outputs.find((output) => output.buffer === buffer)!.value - inputs.length;
  return body.findIndex(({ results = 1 }) => {
    left -= results;
    return left < 0;
  });
}

class Memory {
  readonly #program: Program;
  #held: Held[] = [];

  constructor(program: Program) {
    this.#program = program;
  }

  write(buffer: number, where: string): void {
    const own = range(this.#program, buffer);
    if (own.place === 'arena' && own.to > this.#program.arena) {
      throw new ProgramError(`${where} writes buffer ${buffer} beyond the arena`, {
        end: own.to,
        arena: this.#program.arena,
      });
    }
    this.#held = this.#held.filter((held) => !overlap(held, own));
    this.#held.push(own);
  }

  read(buffer: number, where: string): void {
    const own = range(this.#program, buffer);
    const holder = this.#held.find((held) => overlap(held, own));
    if (holder === undefined && own.place !== 'arena') return;
    if (
      holder === undefined ||
      holder.value !== own.value ||
      holder.from !== own.from ||
      holder.to !== own.to
    ) {
      const came = holder === undefined ? 'nothing' : `buffer ${holder.value}`;
      throw new ProgramError(`${where} reads buffer ${buffer}, but its memory holds ${came}`);
    }
  }
}

function overlap(a: Held, b: Held): boolean {
  return a.place === b.place && a.from < b.to && b.from < a.to;
}

/** Where a buffer lies and whose value it shows; a stored tensor is one place. */
function range({ buffers }: Program, buffer: number): Held {
  const { place, shape, viewOf } = buffers[buffer]!;
  const value = viewOf ?? buffer;
  if ('stored' in place) return { place: `stored ${place.stored}`, from: 0, to: 1, value };
  return { place: 'arena', from: place.arena, to: place.arena + Math.max(1, sizeOf(shape)), value };
}
