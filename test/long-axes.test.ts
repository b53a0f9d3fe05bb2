import { describe, expect, test } from 'vitest';
import type { Backend } from '../src/backend/backend.ts';
import { createReference } from '../src/backend/reference.ts';
import { compile } from '../src/compile/compile.ts';
import { allBundles } from '../src/ir/bundle.ts';
import { allOps, apply, findOp, type OpEntry, signature } from '../src/ir/op.ts';
import '../src/ops/index.ts';
import { native, noAddon } from './backend/programs.ts';
import { bitsOf, type Case, caseOf, OUTPUT, programOf, run } from './support/cases.ts';
import { BEYOND, BEYOND_TILES, nativeSizes, sizesInSources, unnamedSizes } from './support/native-sizes.ts';
import { excess, isPromised } from './support/rounding.ts';
import { folds, oneSided, stretched } from './support/stretched.ts';

const judge = createReference('float64');
const withoutNative = noAddon || process.env['GLIA_BACKEND'] === 'typescript';

const lengthFor = (op: OpEntry): number => (op.map === undefined ? BEYOND : BEYOND_TILES);
const outputOf = (backend: Backend, one: Case) => run(backend, programOf(one), one.numbers)[OUTPUT]!;
const show = ({ op, sample }: Case): string => `${op.name} ${JSON.stringify(sample)}`;
const off = (backend: Backend, one: Case): number =>
  excess(outputOf(backend, one), one, (program, numbers) => run(judge, program, numbers));

test('every number that has a name in the native sources is known, as a length that they cut at or as none', () => {
  const plain = ({ file, name, is }: (typeof nativeSizes)[number]) => `${file}: ${name} = ${is}`;
  expect(sizesInSources().map(plain).sort()).toEqual(nativeSizes.map(plain).sort());
});

test('no number of 32 or more stands without a name where kernels cut their work', () => {
  expect(unnamedSizes()).toEqual([]);
});

test('the lengths of long axes are beyond every length that native code cuts at, and multiples of none', () => {
  const lengths = nativeSizes.flatMap(({ cuts }) => cuts ?? []);
  expect(lengths.length).toBeGreaterThan(30);
  for (const length of lengths) {
    expect(BEYOND).toBeGreaterThan(length);
    expect([BEYOND % length, BEYOND_TILES % length]).not.toContain(0);
  }
});

test('every op that makes one number of many says how far it may be off', () => {
  const folding = allOps().filter(folds);
  expect(folding.map(({ name }) => name)).toContain('sum');
  expect(folding.filter((op) => !isPromised(op)).map(({ name }) => name)).toEqual([]);
});

// No op is named here: what stands in the table is tested.
describe.skipIf(withoutNative).each(
  allOps()
    .filter((op) => !op.view)
    .map((op) => [signature(op), op] as const),
)('%s', (_, op) => {
  const backend = noAddon ? judge : native(1);
  const samples = op.compose === undefined || backend.fuses(op.name) ? stretched(op, lengthFor(op)) : [];

  test('agrees with the reference in float64 along an axis that is longer than all that it is cut into', () => {
    expect(samples.length).toBeGreaterThan(0);
    for (const one of samples.map((sample) => caseOf(op, sample)))
      expect(off(backend, one), show(one)).toBeLessThanOrEqual(1);
  });

  if (isPromised(op)) {
    test('agrees with it where each sum grows in one direction, too', () => {
      for (const one of samples.map((sample) => oneSided(caseOf(op, sample))))
        expect(off(backend, one), show(one)).toBeLessThanOrEqual(1);
    });
  }
});

test.skipIf(withoutNative)('a bundle of kernels leaves the bits of its parts along such an axis', () => {
  const backend = native(1);
  for (const { name, inputs, parts } of allBundles().filter(({ elementwise }) => !elementwise)) {
    // The part that reads all that the others do.
    const whole = findOp(parts.find(({ args }) => args.length === inputs.length)!.op)!;
    for (const sample of stretched(whole, BEYOND)) {
      const one = caseOf(whole, sample);
      const tensors = parts.map(({ op, args }) =>
        apply(
          findOp(op)!,
          args.map((arg) => one.inputs[arg]!),
        ),
      );
      const fetch = Object.fromEntries(tensors.map((tensor, i) => [`y${i}`, tensor]));
      const together = compile({ fetch, carry: [] }, { fuses: (op) => backend.fuses(op) });
      expect(JSON.stringify(together.steps)).toContain(`"${name}"`);
      const got = run(backend, together, one.numbers);
      for (const [key, tensor] of Object.entries(fetch)) {
        const alone = compile({ fetch: { [key]: tensor }, carry: [] });
        const want = run(backend, alone, one.numbers)[key]!;
        expect(Buffer.compare(bitsOf(got[key]!), bitsOf(want)), `${name}: ${show(one)}`).toBe(0);
      }
    }
  }
});
