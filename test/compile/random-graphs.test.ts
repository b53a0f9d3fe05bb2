import { expect, test } from 'vitest';
import type { Backend } from '../../src/backend/backend.ts';
import { createReference } from '../../src/backend/reference.ts';
import { compile } from '../../src/compile/compile.ts';
import { printProgram } from '../../src/ir/print.ts';
import { native, noAddon } from '../backend/programs.ts';
import { nameOf, stepNaively, type Values } from '../support/naive.ts';
import { type RandomGraph, randomGraph } from '../support/random-graph.ts';
import { numbersFor, runProgram } from '../support/run-graph.ts';

const GRAPHS = 600;
const STEPS = 3;
/** Number of applications: small graphs come first, so that the first failure is a small one. */
const sizeFor = (seed: number) => 2 + Math.floor(seed / 15);
const judge = createReference('float64');
/** Indices of rows: one of them is out of range where there is only one row. */
const ROWS = 2;

interface Options {
  readonly backend: Backend;
  readonly fuses: (op: string) => boolean;
  readonly whole?: boolean;
}

/** Compares a compiled run with the naive one, and says which value differs, with the program. */
function compare(seed: number, { backend, fuses, whole = false }: Options): void {
  const { graph, stored, fed }: RandomGraph = randomGraph(seed, sizeFor(seed), whole);
  const program = compile(graph, { fuses, check: true });
  let values: Values = Object.fromEntries(
    [...stored, ...fed].map((leaf) => {
      const numbers = numbersFor(leaf, seed, ROWS);
      return [nameOf(leaf), whole ? numbers.map(Math.round) : numbers];
    }),
  );
  const outcome = runProgram(backend, program, stored, fed, values, STEPS);
  const same = (got: ArrayLike<number>, want: ArrayLike<number>, what: string) => {
    // In float64, or with whole numbers, no rounding differs: every bit must agree. -0 is 0 here, since x + 0 is x.
    const plain = (numbers: ArrayLike<number>) => Array.from(numbers, (x) => x + 0);
    expect(plain(got), `seed ${seed}: ${what}\n${printProgram(program)}`).toEqual(plain(want));
  };
  for (let step = 0; step < STEPS; step++) {
    const { fetched, next } = stepNaively(graph, values);
    for (const [name, want] of Object.entries(fetched)) {
      const got = outcome.fetched[name]!.subarray(step * want.length, (step + 1) * want.length);
      same(got, want, `${name} of step ${step}`);
    }
    values = next;
  }
  for (const leaf of stored)
    same(outcome.stored[nameOf(leaf)]!, values[nameOf(leaf)]!, `stored ${nameOf(leaf)}`);
}

test(`${GRAPHS} random graphs compute what they mean, over ${STEPS} steps`, () => {
  for (let seed = 0; seed < GRAPHS; seed++) compare(seed, { backend: judge, fuses: () => false });
});

test(`${GRAPHS} random graphs compute what they mean with every fusion applied`, () => {
  for (let seed = 0; seed < GRAPHS; seed++) compare(seed, { backend: judge, fuses: () => true });
});

test.skipIf(noAddon)(
  `${GRAPHS} random graphs of whole numbers compute what they mean natively, to the bit`,
  () => {
    const backend = native(1);
    const fuses = (op: string) => backend.fuses(op);
    for (let seed = 0; seed < GRAPHS; seed++) compare(seed, { backend, fuses, whole: true });
  },
);
