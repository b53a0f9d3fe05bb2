import { descending } from '../base/order.ts';
import type { Space } from './counterfactual-space.ts';
import { featuresOf, type Known } from './features.ts';
import type { Subject } from './subject.ts';

/** A value that is to be another. */
export interface Change {
  readonly feature: string;
  readonly from: Known | boolean;
  readonly to: Known | boolean;
}

/** A row with other values. */
export interface ChangedRow {
  readonly row: Readonly<Record<string, Known | boolean | undefined>>;
  /** The largest change first. */
  readonly changed: readonly Change[];
  /** The numbers that go into the model. */
  readonly input: readonly number[];
}

/** The row with other numbers for the dials and other categories, as the user knows it. */
export function changedRow(
  subject: Subject,
  { dials, choices }: Space,
  numbers: Float64Array,
  categories: readonly Known[],
): ChangedRow {
  const { x, original } = subject;
  const input = Array.from(x.subarray(0, subject.width));
  const row = new Map<string, Known | boolean | undefined>();
  for (const feature of featuresOf(subject)) row.set(feature.name, feature.read(x));
  for (const [name, value] of Object.entries(original?.[0] ?? {})) row.set(name, value);
  const changes: (Change & { size: number })[] = [];
  for (const [j, { feature, at, unit, whole }] of dials.entries()) {
    const size = Math.abs(numbers[j]! - x[at]!) / unit;
    if (size === 0) continue;
    const from = row.get(feature.name) as Known | boolean;
    const value = feature.toValue(numbers[j]!);
    const to = !whole ? value : typeof from === 'boolean' ? Math.round(value) === 1 : Math.round(value);
    changes.push({ feature: feature.name, from, to, size });
    input[at] = Math.fround(numbers[j]!);
  }
  for (const [i, { feature, own }] of choices.entries()) {
    if (categories[i] === own) continue;
    changes.push({ feature: feature.name, from: own, to: categories[i]!, size: 1 });
    feature.write(categories[i]!, input);
  }
  for (const { feature, to } of changes) row.set(feature, to);
  const changed = changes
    .sort((a, b) => descending(a.size, b.size))
    .map(({ feature, from, to }) => ({ feature, from, to }));
  return { row: Object.fromEntries(row), changed, input };
}
