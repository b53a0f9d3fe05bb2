import { ascending } from '../base/order.ts';
import type { Aim, Candidate } from './counterfactual-step.ts';
import type { Known } from './features.ts';
import { type Margins, marginsOf } from './margins.ts';
import type { Subject } from './subject.ts';

/** What is looked for, and how. */
export interface Search extends Aim {
  readonly subject: Subject;
  /** The class that is to win. */
  readonly wanted: number;
  readonly maxIterations: number;
  readonly seed: number;
  /** Rows to begin at, beside the row itself: numbers of the dials, a list each. */
  readonly starts: readonly Float64Array[];
}

/** Numbers of the dials, and a category for each choice. */
export type Point = Pick<Candidate, 'numbers' | 'categories'>;

/** A point that was looked at. */
export interface Place extends Point {
  readonly valid: boolean;
  readonly distance: number;
  readonly margin: number;
}

/** Margins of points, and how they rise with the numbers of the row. */
export function marginsAt(
  { subject, space, wanted }: Search,
  points: readonly Point[],
  share: number,
): Promise<Margins> {
  const { width } = subject;
  const x = new Float32Array(points.length * width);
  for (const [i, { numbers, categories }] of points.entries()) {
    x.set(subject.x.subarray(0, width), i * width);
    for (const [c, { feature }] of space.choices.entries()) feature.write(categories[c]!, x, i * width);
    for (const [j, { at }] of space.dials.entries()) x[i * width + at] = numbers[j]!;
  }
  return marginsOf(subject, x, wanted, () => share);
}

/** What other categories cost. */
export function priceOf({ space, distance }: Search, categories: readonly Known[]): number {
  const changes = categories.filter((category, i) => category !== space.choices[i]!.own).length;
  return distance === 'l1' ? changes : Math.sqrt(changes);
}

/** A point and what its margin, and its way from the row, say of it. */
export function placeOf(
  options: Search,
  { numbers, categories }: Point,
  row: Float64Array,
  margin: number,
): Place {
  const { space, distance, margin: wanted } = options;
  const price = priceOf(options, categories);
  const steps = numbers.map((number, j) => Math.abs(number - row[j]!) / space.dials[j]!.unit);
  const far =
    distance === 'l1' ? steps.reduce((sum, step) => sum + step, price) : Math.hypot(price, ...steps);
  // Half of it, since the search comes near to the margin from both sides.
  return { valid: margin <= -wanted / 2, numbers: numbers.slice(), categories, distance: far, margin };
}

/** Whether one place is to be preferred: one where the class wins, the nearer; else where it loses by less. */
export function isBetter(a: Place, b: Place): boolean {
  if (a.valid !== b.valid) return a.valid;
  return (a.valid ? ascending(a.distance, b.distance) : ascending(a.margin, b.margin)) < 0;
}
