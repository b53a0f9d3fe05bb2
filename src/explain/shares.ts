import type { Subject } from './subject.ts';

/** For each row the outputs that are explained: all, or the one that is its target. */
export function askedOutputs(
  { all, outputs }: Subject,
  targets: Int32Array,
): (row: number) => readonly number[] {
  const every = Array.from({ length: outputs }, (_, k) => k);
  return (row) => (all ? every : [targets[row]!]);
}

/** Gives inputs equal shares of what falls to all of them, in values of a row and the `at`-th output that is explained. */
export function giveShares(
  { all, outputs, width }: Subject,
  values: Float32Array,
  { row, at }: { readonly row: number; readonly at: number },
  inputs: readonly number[],
  whole: number,
): void {
  const asked = all ? outputs : 1;
  for (const input of inputs) values[(row * width + input) * asked + at] = whole / inputs.length;
}
