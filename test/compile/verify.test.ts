import { describe, expect, test } from 'vitest';
import { ProgramError } from '../../src/base/errors.ts';
import { compile } from '../../src/compile/compile.ts';
import { verify } from '../../src/compile/verify.ts';
import type { Buffer, Program, RegionStep, Step } from '../../src/ir/program.ts';
import { fed, stored } from '../../src/ir/tensor.ts';
import { add, matmul, mul, sum, tanh, transpose } from '../../src/ops/index.ts';

/** feed x, constant 2 → product, region on the transposed product, sum; w is carried. */
function sound(): Program {
  const x = fed('x', [4, 4]);
  const w = stored('w', [4, 4]);
  const h = transpose(matmul(x, w));
  const y = tanh(mul(h, 2));
  return compile({ fetch: { y, s: sum(y) }, carry: [[w, add(w, y)]] });
}

/** A product that a region follows on, which reads a row of its own. */
function followed(): Program {
  const h = matmul(fed('x', [4, 4]), stored('w', [4, 4]));
  return compile({ fetch: { y: tanh(add(h, stored('row', [4]))) }, carry: [] });
}

const inArena = (offset: number): Buffer['place'] => ({ arena: offset });

/** The program with some of its parts replaced. */
function but(parts: (program: Program) => Partial<Program>): Program {
  const program = sound();
  return { ...program, ...parts(program) };
}

/** The program with `buffer` at another place. */
function moved(program: Program, buffer: number, place: Buffer['place']): Partial<Program> {
  return { buffers: program.buffers.map((old, i) => (i === buffer ? { ...old, place } : old)) };
}

function stepOf<K extends Step['kind']>({ steps }: Program, kind: K): Extract<Step, { kind: K }> {
  return steps.find((step): step is Extract<Step, { kind: K }> => step.kind === kind)!;
}

test('a sound program passes', () => expect(() => verify(sound())).not.toThrow());

describe('verify refuses', () => {
  test('a buffer beyond the arena', () => {
    const program = but(({ arena }) => ({ arena: arena - 16 }));
    expect(() => verify(program)).toThrow(ProgramError);
    expect(() => verify(program)).toThrow('beyond the arena');
  });

  test('a read of what nothing wrote', () => {
    const program = but(() => ({ feeds: [] }));
    expect(() => verify(program)).toThrow(/step 0 \(matmul\) reads buffer \d+, but its memory holds nothing/);
  });

  test('steps in the wrong order', () => {
    const program = but(({ steps }) => ({ steps: [...steps].reverse() }));
    expect(() => verify(program)).toThrow('reads buffer');
  });

  test('a constant whose memory a step takes, since the next run reads it', () => {
    const program = but((old) =>
      moved(old, stepOf(old, 'kernel').output, old.buffers[old.constants[0]!.buffer]!.place),
    );
    expect(() => verify(program)).toThrow(/its memory holds buffer/);
  });

  test.each([0, 8])('a fetch that a last step overwrote, %d words from its start', (words) => {
    const program = but((old) => {
      const y = old.fetches.find(({ name }) => name === 'y')!.buffer;
      const { arena } = old.buffers[y]!.place as { arena: number };
      const buffers = [...old.buffers, { place: inArena(arena + words), shape: [], dtype: 'f32' as const }];
      const copy: Step = { kind: 'copy', from: old.constants[0]!.buffer, to: old.buffers.length, path: '' };
      return { buffers, steps: [...old.steps, copy] };
    });
    expect(() => verify(program)).toThrow(/fetch y reads buffer/);
  });

  test('a kernel that writes over what it reads', () => {
    const program = but((old) => {
      const { inputs, output } = stepOf(old, 'kernel');
      return moved(old, output, old.buffers[inputs[0]!]!.place);
    });
    expect(() => verify(program)).toThrow(
      /step 0 \(matmul\) writes buffer \d+ over buffer \d+, which it reads/,
    );
  });

  test('a region that reads an input after it wrote over it', () => {
    const program = but((old) => {
      const region = stepOf(old, 'region');
      const { inputs, body, outputs } = region;
      // One more op that reads the first input after all others.
      const late: RegionStep = { ...region, body: [...body, { op: 'tanh', args: [0] }] };
      const over = moved(old, outputs[0]!.buffer, old.buffers[inputs[0]!.buffer]!.place);
      return { ...over, steps: old.steps.map((step) => (step === region ? late : step)) };
    });
    expect(() => verify(program)).toThrow(/after it wrote buffer/);
  });

  test('a region that writes over what the kernel before it may still read', () => {
    const program = followed();
    expect(() => verify(program)).not.toThrow();
    const { inputs, epilogue } = stepOf(program, 'kernel');
    const over = {
      ...program,
      ...moved(program, epilogue!.outputs[0]!.buffer, program.buffers[inputs[0]!]!.place),
    };
    expect(() => verify(over)).toThrow(/writes buffer \d+ over buffer \d+, which it reads/);
  });

  test('a region on a kernel whose other input nothing wrote', () => {
    const program = followed();
    const step = stepOf(program, 'kernel');
    const lost = { place: inArena(program.arena), shape: [4], dtype: 'f32' as const };
    const inputs = step.epilogue!.inputs.map((input) =>
      input.buffer === step.output ? input : { ...input, buffer: program.buffers.length },
    );
    const wrong: Program = {
      ...program,
      arena: program.arena + 16,
      buffers: [...program.buffers, lost],
      steps: [{ ...step, epilogue: { ...step.epilogue!, inputs } }],
    };
    expect(() => verify(wrong)).toThrow(/its memory holds nothing/);
  });

  test('a region that writes over an input that it repeats', () => {
    const row = fed('row', [4]);
    const program = compile({ fetch: { y: add(fed('x', [3, 4]), row) }, carry: [] });
    const buffer = program.feeds.find(({ name }) => name === 'row')!.buffer;
    const y = program.fetches[0]!.buffer;
    expect(() => verify(program)).not.toThrow();
    const over = {
      ...program,
      ...moved(program, y, program.buffers[buffer]!.place),
      arena: program.arena + 64,
    };
    expect(() => verify(over)).toThrow(ProgramError);
  });
});
