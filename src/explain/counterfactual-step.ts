import type { Space } from './counterfactual-space.ts';
import type { Known } from './features.ts';
import { nearestChange } from './nearest.ts';

/** What is short, and what is to be reached. */
export interface Aim {
  readonly space: Space;
  /** By how much the class is to win. */
  readonly margin: number;
  readonly distance: 'l1' | 'l2';
  /** Whether columns of whole numbers stand where they are. */
  readonly still: boolean;
}

/** Longest step at first, in units; it doubles where the margin turns out as foreseen, and halves where not. */
export const FIRST_STEP = 1;
/** A place that moves by less than this share of its change, or of a unit, is done. */
export const STILL = 1e-6;

/** A place that is looked at: it moves. */
export interface Candidate {
  readonly categories: readonly Known[];
  readonly numbers: Float64Array;
  step: number;
  /** What the margin should be here, and was at the place before. */
  foreseen: number;
  before: number;
}

/** Moves a candidate, and gives how far, in units or as a share of its change. */
export function move(
  { space, margin: wanted, distance, still }: Aim,
  candidate: Candidate,
  row: Float64Array,
  margin: number,
  slopes: Float32Array,
): number {
  const { dials } = space;
  const { numbers } = candidate;
  trust(candidate, margin);
  const stands = dials.map(({ whole }) => still && whole);
  const base = row.map((number, j) =>
    stands[j] ? numbers[j]! : clamp(number, dials[j]!.low, dials[j]!.high),
  );
  const movers = dials.map(({ at, unit, low, high }, j) => {
    if (stands[j]) return { slope: 0, unit, low: 0, high: 0 };
    return { slope: slopes[at]!, unit, low: low - base[j]!, high: high - base[j]! };
  });
  const atBase = movers.reduce((sum, { slope }, j) => sum + slope * (base[j]! - numbers[j]!), margin);
  // Where nothing is known of the margin, a way back would be blind.
  if (!Number.isFinite(atBase) || movers.every(({ slope }) => slope === 0)) return 0;
  const change = nearestChange(movers, atBase + wanted, distance);
  const steps = change.map((delta, j) => base[j]! + delta - numbers[j]!);
  const longest = steps.reduce((most, step, j) => Math.max(most, Math.abs(step) / dials[j]!.unit), 0);
  const part = longest > candidate.step ? candidate.step / longest : 1;
  candidate.before = margin;
  candidate.foreseen = margin;
  for (const [j, step] of steps.entries()) {
    numbers[j]! += part * step;
    candidate.foreseen += movers[j]!.slope * part * step;
  }
  const far = change.reduce((most, delta, j) => Math.max(most, Math.abs(delta) / dials[j]!.unit), 1);
  return (part * longest) / far;
}

/** Longer steps where the margin is as foreseen, shorter ones where it is not. */
function trust(candidate: Candidate, margin: number): void {
  const error = Math.abs(margin - candidate.foreseen);
  const change = Math.abs(candidate.before - candidate.foreseen);
  if (error <= 0.25 * change) candidate.step *= 2;
  else if (error > 0.5 * change) candidate.step /= 2;
}

/** The nearest number between two. */
export function clamp(number: number, low: number, high: number): number {
  return Math.min(Math.max(number, low), high);
}
