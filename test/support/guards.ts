import { sizeOf } from '../../src/base/shape.ts';
import { ALIGNMENT } from '../../src/compile/layout.ts';
import type { Buffer, Program } from '../../src/ir/program.ts';

/** Stands in every word that no step may touch; exact in float32. */
export const SENTINEL = -12345.671875;

/**
 * The program with each buffer at a place of its own between words that nothing may touch. The words are constants,
 * written once before the first run, and are fetched as `guard0`, `guard1`, … after each step. Buffers that nothing
 * feeds begin as NaN, which stays wherever a step fails to write.
 */
export function guarded(program: Program): Program {
  const buffers: Buffer[] = [...program.buffers];
  const guards: number[] = [];
  const places = new Map<number, number>();
  let end = 0;
  const guardUpTo = (to: number): void => {
    guards.push(buffers.length);
    buffers.push({ place: { arena: end }, shape: [to - end], dtype: 'f32' });
    end = to;
  };
  guardUpTo(ALIGNMENT);
  program.buffers.forEach(({ place, shape }, i) => {
    if (!('arena' in place)) return;
    if (!places.has(place.arena)) {
      places.set(place.arena, end);
      end += Math.max(1, sizeOf(shape));
      // At least a line of them, and the next buffer begins on a line of its own, as the compiler lays it out.
      guardUpTo((Math.ceil(end / ALIGNMENT) + 1) * ALIGNMENT);
    }
    buffers[i] = { ...program.buffers[i]!, place: { arena: places.get(place.arena)! } };
  });
  const given = new Set([...program.constants, ...program.feeds].map(({ buffer }) => buffer));
  const made = program.buffers.flatMap(({ place, dtype }, buffer) => {
    const blank = 'arena' in place && dtype === 'f32' && !given.has(buffer);
    return blank ? [{ buffer, value: Number.NaN }] : [];
  });
  return {
    ...program,
    buffers,
    arena: end,
    constants: [...made, ...program.constants, ...guards.map((buffer) => ({ buffer, value: SENTINEL }))],
    fetches: [...program.fetches, ...guards.map((buffer, i) => ({ name: `guard${i}`, buffer }))],
  };
}

/** The program with its first region's output in the memory of input `i` of the region. */
export function inPlace(program: Program, i: number): Program {
  const region = program.steps.find((step) => step.kind === 'region')!;
  const { place } = program.buffers[region.inputs[i]!.buffer]!;
  const output = region.outputs[0]!.buffer;
  return {
    ...program,
    buffers: program.buffers.map((buffer, b) => (b === output ? { ...buffer, place } : buffer)),
  };
}
