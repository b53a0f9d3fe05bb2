import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { Judge } from './evaluate.ts';

/** A tensor as the golden files hold it: flat, row-major. */
export interface GoldenTensor {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

/** Outputs, and gradients of `Σ output · cotangent`; null where there is none. */
export interface GoldenNumbers {
  readonly out: Readonly<Record<string, readonly GoldenNumber[]>>;
  readonly grads: Readonly<Record<string, readonly GoldenNumber[] | null>>;
}

/** A number; JSON has none that are not finite, so they come as text. */
export type GoldenNumber = number | 'NaN' | 'Infinity' | '-Infinity';

/** A function, where it was evaluated, and what came out in float64 and float32. */
export interface GoldenCase {
  readonly name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: Readonly<Record<string, GoldenTensor>>;
  readonly ints?: Readonly<Record<string, GoldenTensor>>;
  readonly cotangent: Readonly<Record<string, GoldenTensor>>;
  readonly f64: GoldenNumbers;
}

/** A file of test/golden. */
export function readGolden<T>(name: string): T {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), 'utf8')) as T;
}

/**
 * How far from the float64 numbers each judge may be, relative to max(1, |number|). Float64 leaves room for another
 * order of summation, float32 for a few hundred roundings.
 */
export const TOLERANCE: Readonly<Record<Judge, number>> = { float64: 1e-10, float32: 2e-5, native: 2e-5 };

/** Expects each number within `tolerance`, relative to max(1, |wanted|). */
export function expectClose(
  got: ArrayLike<number>,
  wanted: readonly GoldenNumber[],
  tolerance: number,
): void {
  expect(got.length).toBe(wanted.length);
  wanted.forEach((text, i) => {
    const number = Number(text);
    if (!Number.isFinite(number)) expect(got[i]).toBe(number);
    else
      expect(Math.abs(got[i]! - number), `element ${i}: ${got[i]}, wanted ${number}`).toBeLessThanOrEqual(
        tolerance * Math.max(1, Math.abs(number)),
      );
  });
}

/** The cases to test, once it is sure that every golden case is either among them or listed as left out. */
export function casesFor<T extends { readonly name: string }>(
  all: readonly T[],
  covered: readonly string[],
  leftOut: readonly string[],
): T[] {
  expect([...covered, ...leftOut].sort()).toEqual(all.map(({ name }) => name).sort());
  return all.filter(({ name }) => covered.includes(name));
}
