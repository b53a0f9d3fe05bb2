import { describe, expect, test } from 'vitest';
import { createReference } from '../../src/backend/reference.ts';
import { allOps } from '../../src/ir/op.ts';
import '../../src/ops/index.ts';
import { caseOf, furthest, type Numbers, OUTPUT, programOf, run } from '../support/cases.ts';

const judge = createReference('float64');
const linear = allOps().filter((op) => op.linear !== undefined);

describe.each(linear.map((op) => [op.name, op] as const))('%s', (_name, op) => {
  test.each(op.linear!)('is linear in what it says: %s', (...group) => {
    for (const sample of op.samples) {
      const random = caseOf(op, sample);
      const program = programOf(random);
      const y = (numbers: Numbers) => run(judge, program, numbers)[OUTPUT]!;
      // Zeros tell what asks for them from what multiplies.
      const one = {
        numbers: changed(random.numbers, group, (x) => x.map((value, i) => (i % 3 === 0 ? 0 : value))),
      };
      // The same shapes with other numbers: backwards and halved.
      const other = changed(one.numbers, group, (x) => x.map((value) => value / 2).reverse());
      const both = changed(one.numbers, group, (x, name) =>
        x.map((value, i) => 3 * value - 2 * other[name]![i]!),
      );
      const [a, b] = [y(one.numbers), y(other)];
      expect(
        furthest(
          y(both),
          a.map((value, i) => 3 * value - 2 * b[i]!),
        ),
      ).toBeLessThan(1e-12);
    }
  });

  test('has a gradient to go back by', () => {
    expect(op.grad).toBeDefined();
  });

  test('makes parts above 0 of such parts, if it is not elementwise', () => {
    if (op.map !== undefined) return;
    for (const sample of op.samples) {
      const one = caseOf(op, sample);
      const above = changed(one.numbers, op.inputs, (x) => x.map(Math.abs));
      expect(Math.min(...run(judge, programOf(one), above)[OUTPUT]!)).toBeGreaterThanOrEqual(0);
    }
  });
});

function changed(
  numbers: Numbers,
  group: readonly string[],
  change: (x: Float64Array, name: string) => Float64Array,
): Numbers {
  return { ...numbers, ...Object.fromEntries(group.map((name) => [name, change(numbers[name]!, name)])) };
}
