import { Random } from '../base/random.ts';
import { combinations, type Space } from './counterfactual-space.ts';
import type { Known } from './features.ts';
import { marginsOf } from './margins.ts';
import { nearestChange } from './nearest.ts';
import type { Subject } from './subject.ts';

/** What is looked for, and how. */
export interface Search {
  readonly subject: Subject;
  readonly space: Space;
  /** The class that is to win, and by how much at least. */
  readonly wanted: number;
  readonly margin: number;
  readonly distance: 'l1' | 'l2';
  readonly maxIterations: number;
  readonly seed: number;
  /** Rows to begin at, beside the row itself: numbers of the dials, a list each. */
  readonly starts: readonly Float64Array[];
}

/** The nearest place where the class wins, or, if there is none, where it loses by least. */
export interface Found {
  readonly valid: boolean;
  /** Numbers of the dials, and a category for each choice. */
  readonly numbers: Float64Array;
  readonly categories: readonly Known[];
  readonly distance: number;
  readonly margin: number;
  readonly iterations: number;
  /** Places at which the search began. */
  readonly candidates: number;
  readonly all: boolean;
}

/** Places that are looked at together. */
const CANDIDATES = 512;
/** Places of one's own beside those that are given. */
const RANDOM_STARTS = 4;
/** Longest step at first, in units; it doubles where the margin turns out as foreseen, and halves where not. */
const FIRST_STEP = 1;
/** A place that moves by less than this share of its change, or of a unit, is done. */
const STILL = 1e-6;

interface Candidate {
  readonly categories: readonly Known[];
  /** What the categories cost. */
  readonly price: number;
  readonly numbers: Float64Array;
  step: number;
  /** What the margin should be here, and was at the place before. */
  foreseen: number;
  before: number;
}

/**
 * Looks for the nearest place by successive linearisation, from many places at once: at each, the margin is taken for
 * linear, and the shortest change of the row that then wins is where the place moves to, by a step that is as long as
 * the margin may be trusted. Where it comes to rest, no near change of the row is shorter.
 */
export async function search(options: Search): Promise<Found> {
  const { subject, space, wanted, maxIterations } = options;
  const row = ownNumbers(options);
  const { candidates, all } = candidatesOf(options, row);
  const x = new Float32Array(candidates.length * subject.width);
  let best: Omit<Found, 'iterations' | 'candidates' | 'all'> | undefined;
  let iteration = 0;
  for (let moving = true; moving && iteration < maxIterations; iteration++) {
    candidates.forEach((candidate, i) => void write(subject, space, candidate, x, i * subject.width));
    const share = (done: number) => (iteration + done) / maxIterations;
    const { margin, gradient } = await marginsOf(subject, x, wanted, share);
    moving = false;
    for (const [i, candidate] of candidates.entries()) {
      const here = placeOf(options, candidate, row, margin[i]!);
      if (best === undefined || isBetter(here, best)) best = here;
      const slopes = gradient.subarray(i * subject.width, (i + 1) * subject.width);
      moving = move(options, candidate, row, margin[i]!, slopes) > STILL || moving;
    }
  }
  subject.passes.report(1);
  return { ...best!, iterations: iteration, candidates: candidates.length, all };
}

/** The row's own numbers. */
function ownNumbers({ subject, space }: Pick<Search, 'subject' | 'space'>): Float64Array {
  return Float64Array.from(space.dials, ({ at }) => subject.x[at]!);
}

function candidatesOf(options: Search, row: Float64Array): { candidates: Candidate[]; all: boolean } {
  const { space, seed, starts } = options;
  const random = Random.of(seed, 'counterfactual');
  const drawn = Array.from({ length: RANDOM_STARTS }, () =>
    row.map((number, j) => number + 2 * space.dials[j]!.unit * random.normal()),
  );
  const from = space.dials.length === 0 ? [row] : [row, ...starts, ...drawn];
  const { combos, all } = combinations(space.choices, CANDIDATES);
  // Every combination from the row itself first, as far as there is room.
  const places = from.flatMap((start) => combos.map((categories) => ({ start, categories })));
  const candidates = places.slice(0, CANDIDATES).map(({ start, categories }) => ({
    categories,
    price: categories.filter((category, i) => category !== space.choices[i]!.own).length,
    numbers: start.map((number, j) => clamp(number, space.dials[j]!.low, space.dials[j]!.high)),
    step: FIRST_STEP,
    foreseen: Number.NaN,
    before: Number.NaN,
  }));
  return { candidates, all };
}

function write(
  subject: Subject,
  { dials, choices }: Space,
  { numbers, categories }: Candidate,
  x: Float32Array,
  at: number,
) {
  x.set(subject.x.subarray(0, subject.width), at);
  for (const [i, { feature }] of choices.entries()) feature.write(categories[i]!, x, at);
  for (const [j, dial] of dials.entries()) x[at + dial.at] = numbers[j]!;
}

function placeOf(
  { space, distance, margin: wanted }: Search,
  candidate: Candidate,
  row: Float64Array,
  margin: number,
) {
  const { categories, price } = candidate;
  const numbers = candidate.numbers.slice();
  const steps = numbers.map((number, j) => Math.abs(number - row[j]!) / space.dials[j]!.unit);
  const far =
    distance === 'l1'
      ? steps.reduce((sum, step) => sum + step, price)
      : Math.sqrt(steps.reduce((sum, step) => sum + step * step, price));
  // Half of it, since the search comes near to the margin from both sides.
  return { valid: margin <= -wanted / 2, numbers, categories, distance: far, margin };
}

type Place = Pick<Found, 'valid' | 'distance' | 'margin'>;

function isBetter(a: Place, b: Place): boolean {
  if (a.valid !== b.valid) return a.valid;
  return a.valid ? a.distance < b.distance : a.margin < b.margin;
}

/** Moves a candidate, and gives how far, in units or as a share of its change. */
function move(
  options: Search,
  candidate: Candidate,
  row: Float64Array,
  margin: number,
  slopes: Float32Array,
): number {
  const { dials } = options.space;
  const { numbers } = candidate;
  trust(candidate, margin);
  const base = row.map((number, j) => clamp(number, dials[j]!.low, dials[j]!.high));
  const movers = dials.map(({ at, unit, low, high }, j) => {
    return { slope: slopes[at]!, unit, low: low - base[j]!, high: high - base[j]! };
  });
  const atBase = movers.reduce((sum, { slope }, j) => sum + slope * (base[j]! - numbers[j]!), margin);
  // Where nothing is known of the margin, a way back would be blind.
  if (!Number.isFinite(atBase) || movers.every(({ slope }) => slope === 0)) return 0;
  const change = nearestChange(movers, atBase + options.margin, options.distance);
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

function clamp(number: number, low: number, high: number): number {
  return Math.min(Math.max(number, low), high);
}
