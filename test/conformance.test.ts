import { beforeAll, describe, expect, test } from 'vitest';
import type { Backend } from '../src/backend/backend.ts';
import { createReference } from '../src/backend/reference.ts';
import { ShapeError } from '../src/base/errors.ts';
import { showShape, sizeOf } from '../src/base/shape.ts';
import { compile } from '../src/compile/compile.ts';
import { simplify } from '../src/compile/simplify.ts';
import { toposort } from '../src/compile/toposort.ts';
import { allFusions } from '../src/ir/fusion.ts';
import { allOps, byName, type OpEntry, signature } from '../src/ir/op.ts';
import type { Step } from '../src/ir/program.ts';
import { inputsOf, type Tensor } from '../src/ir/tensor.ts';
import '../src/ops/index.ts';
import { native, noAddon } from './backend/programs.ts';
import { bitsOf, type Case, caseOf, enlarged, furthest, OUTPUT, programOf, run } from './support/cases.ts';
import { derivativeError, gradientSum } from './support/derivative.ts';
import { guarded, inPlace, SENTINEL } from './support/guards.ts';
import { excess } from './support/rounding.ts';
import { changedShapes } from './support/wrong-shapes.ts';

/** Without its addon the native backend cannot be held to anything, and the float32 reference stands alone. */
const withoutNative = noAddon || process.env['GLIA_BACKEND'] === 'typescript';
const judge = createReference('float64');
const backends: readonly (readonly [string, Backend])[] = [
  ['in TypeScript', createReference('float32')],
  ...(withoutNative ? [] : [['natively', native(1)] as const]),
];

// Truncation and rounding of central differences came to 1.2e-8 at most; a wrong rule is off by far more than this.
const DERIVATIVE_TOLERANCE = 1e-6;

/** Whether a backend has a kernel for an op; a fusion may be left to the ops that it is composed of. */
const serves = (backend: Backend, op: OpEntry): boolean =>
  backend.name === 'typescript' || op.compose === undefined || backend.fuses(op.name);
const isFloat = ({ dtype }: Tensor): boolean => dtype === 'f32';
const show = ({ op, sample }: Case): string => `${op.name} ${JSON.stringify(sample)}`;

beforeAll(() => {
  if (withoutNative) process.stderr.write('conformance: there is no addon, so nothing native is checked\n');
});

// No op is named here: what stands in the table is tested.
describe.each(allOps().map((op) => [signature(op), op] as const))('%s', (_, op) => {
  const cases = op.samples.map((sample) => caseOf(op, sample));

  describe.each(backends.filter(([, backend]) => serves(backend, op)))('%s', (_name, backend) => {
    test('agrees with the reference in float64', () => {
      for (const one of cases) {
        const program = programOf(one);
        const got = run(backend, program, one.numbers)[OUTPUT]!;
        expect(furthest(got, run(judge, program, one.numbers)[OUTPUT]!), show(one)).toBeLessThanOrEqual(
          op.tolerance,
        );
      }
    });

    test('gives the same bits twice', () => {
      for (const one of cases) {
        const [a, b] = [0, 1].map(() => bitsOf(run(backend, programOf(one), one.numbers)[OUTPUT]!));
        expect(a, show(one)).toEqual(b);
      }
    });

    if (op.exempt.nonFinite === undefined) {
      test('lets NaN and infinities travel as in the reference', () => {
        for (const one of cases) {
          const program = programOf(one);
          for (const [what, numbers] of withNonFinite(one)) {
            const [got, want] = [backend, judge].map((each) => run(each, program, numbers)[OUTPUT]!);
            expect(furthest(got!, want!), `${show(one)} with ${what}`).toBeLessThanOrEqual(op.tolerance);
          }
        }
      });
    }

    test('writes all of its output and nothing else, step after step', () => {
      for (const one of cases) {
        const program = programOf(one);
        const want = run(backend, program, one.numbers, 2);
        const { [OUTPUT]: got, ...others } = run(backend, guarded(program), one.numbers, 2);
        expect(bitsOf(got!), show(one)).toEqual(bitsOf(want[OUTPUT]!));
        for (const [name, values] of Object.entries(others)) {
          const touched =
            name in want ? furthest(values, want[name]!) : values.findIndex((x) => x !== SENTINEL) + 1;
          expect(touched, `${show(one)} wrote to ${name}`).toBe(0);
        }
      }
    });

    if (op.map !== undefined) {
      test('gives the same bits in the memory of any input of its shape', () => {
        for (const one of cases) {
          const program = guarded(programOf(one));
          const want = bitsOf(run(backend, program, one.numbers, 2)[OUTPUT]!);
          one.inputs.forEach(({ shape }, i) => {
            if (showShape(shape) !== showShape(one.y.shape)) return;
            const got = run(backend, inPlace(program, i), one.numbers, 2)[OUTPUT]!;
            expect(bitsOf(got), `${show(one)} over input ${i}`).toEqual(want);
          });
        }
      });
    }
  });

  if (op.grad !== undefined) {
    test('has the gradient that central differences have', () => {
      for (const { y, inputs, numbers, ...one } of cases) {
        const wrt = inputs.filter(isFloat);
        const error = derivativeError({ y, wrt, leaves: inputs, numbers });
        expect(error, show({ y, inputs, numbers, ...one })).toBeLessThan(DERIVATIVE_TOLERANCE);
      }
    });

    test('has the second gradient that central differences of the first have', () => {
      for (const one of cases) {
        const wrt = one.inputs.filter(isFloat);
        const { total, leaves, numbers } = gradientSum(one.y, wrt);
        const error = derivativeError({
          y: total,
          wrt: [...wrt, leaves[0]!],
          leaves: [...one.inputs, ...leaves],
          numbers: { ...one.numbers, ...numbers },
        });
        expect(error, show(one)).toBeLessThan(DERIVATIVE_TOLERANCE);
      }
    });
  } else if (op.compose === undefined && op.exempt.gradient === undefined && op.inputs.some(isFloatIn(op))) {
    test('has no gradient rule, and does not change with its inputs but in steps', () => {
      for (const { y, inputs, numbers } of cases) {
        expect(derivativeError({ y, wrt: inputs.filter(isFloat), leaves: inputs, numbers })).toBe(0);
      }
    });
  }

  if (op.compose === undefined) {
    test('refuses shapes with an error that names it and them, or computes', () => {
      let refused = 0;
      for (const one of cases) {
        for (const shapes of changedShapes(op, one.sample)) refused += isRefused(op, shapes, one) ? 1 : 0;
      }
      // Shapes of several inputs can always disagree.
      if (op.inputs.length > 1) expect(refused).toBeGreaterThan(0);
    });
  }

  if (!withoutNative && serves(native(), op) && !op.view) {
    test('gives the same bits natively on one thread and on two, cut into many blocks, and the right numbers', () => {
      for (const sample of op.samples) {
        const large = enlarged(op, sample);
        if (large === undefined) continue;
        const one = caseOf(op, large);
        const [a, b] = [1, 2].map((threads) => run(native(threads), programOf(one), one.numbers)[OUTPUT]!);
        expect(Buffer.compare(bitsOf(a!), bitsOf(b!)), show(one)).toBe(0);
        const off = excess(a!, one, (program, numbers) => run(judge, program, numbers));
        expect(off, show(one)).toBeLessThanOrEqual(1);
      }
    });
  }
});

describe.each(allFusions().map((op) => [signature(op), op] as const))('the fusion %s', (_, op) => {
  const cases = op.samples.map((sample) => caseOf(op, sample));
  const fuses = (name: string): boolean => name === op.name;
  const isFused = (fetch: Readonly<Record<string, Tensor>>): boolean =>
    compile({ fetch, carry: [] }, { fuses, check: true }).steps.some((step) => opsOf(step).includes(op.name));

  test('computes what it is composed of, and stands in its place', () => {
    for (const one of cases) {
      const y = composed(one);
      const fused = compile({ fetch: { y }, carry: [] }, { fuses, check: true });
      const plain = compile({ fetch: { y }, carry: [] }, { check: true });
      // The same kernels on the same numbers in the same order, so the same bits.
      expect(run(judge, fused, one.numbers)['y'], show(one)).toEqual(run(judge, plain, one.numbers)['y']);
      expect(isFused({ y }), show(one)).toBe(true);
      expect(fused.steps, show(one)).toHaveLength(1);
    }
  });

  test('is left alone where anything else needs an inner value', () => {
    for (const one of cases) {
      const [y] = simplify([composed(one)]);
      const inner = toposort([y!]).filter((tensor) => tensor !== y && inputsOf(tensor).length > 0);
      expect(inner.length).toBeGreaterThan(0);
      for (const tensor of inner) expect(isFused({ y: y!, tensor }), show(one)).toBe(false);
    }
  });
});

function composed({ op, inputs }: Case): Tensor {
  return op.compose!(byName(op, inputs), {});
}

function opsOf(step: Step): string[] {
  if (step.kind === 'copy') return [];
  const [own, region] = step.kind === 'kernel' ? [[step.op], step.epilogue] : [[], step];
  return [...own, ...(region?.body ?? []).map(({ op }) => op)];
}

function isFloatIn(op: OpEntry): (input: string) => boolean {
  return (input) => op.inputTypes[input] !== 'i32';
}

/** The case's numbers with NaN or an infinity at the first, a middle and the last element of each float input. */
function withNonFinite({ inputs, numbers, op }: Case): [string, Case['numbers']][] {
  return inputs.filter(isFloat).flatMap((input) => {
    const name = op.inputs[inputs.indexOf(input)]!;
    const size = sizeOf(input.shape);
    return [0, size >> 1, size - 1].flatMap((at) =>
      [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(
        (value): [string, Case['numbers']] => {
          const changed = numbers[name]!.slice();
          changed[at] = value;
          return [`${name}[${at}] = ${value}`, { ...numbers, [name]: changed }];
        },
      ),
    );
  });
}

/** Whether an op refuses shapes, with an error that names it and all of them; else it must compute. */
function isRefused(op: OpEntry, shapes: Case['sample']['shapes'], { sample }: Case): boolean {
  const what = `${op.name} ${JSON.stringify(shapes)}`;
  let one: Case;
  try {
    // Index 0 is in range wherever there is a row.
    one = caseOf(op, { ...sample, shapes, classes: 1 });
  } catch (error) {
    expect(error, what).toBeInstanceOf(ShapeError);
    const { message } = error as ShapeError;
    expect(message).toMatch(new RegExp(`^${op.name}: `));
    for (const [name, shape] of Object.entries(shapes)) {
      const shown = showShape(shape).replace(/[[\]]/g, '\\$&');
      expect(message, what).toMatch(new RegExp(`^ {2}${name} +${shown}$`, 'm'));
    }
    return true;
  }
  const y = run(judge, programOf(one), one.numbers)[OUTPUT]!;
  expect(y, what).toHaveLength(sizeOf(one.y.shape));
  // An element read from beyond an input would be NaN; what is folded over nothing may be infinite.
  const isEmpty = Object.values(shapes).some((shape) => sizeOf(shape) === 0);
  if (!isEmpty)
    expect(
      y.findIndex((value) => !Number.isFinite(value)),
      what,
    ).toBe(-1);
  return false;
}
