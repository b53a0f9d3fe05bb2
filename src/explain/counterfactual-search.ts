import { Random } from '../base/random.ts';
import { combinations } from './counterfactual-space.ts';
import { type Aim, type Candidate, clamp, FIRST_STEP, move, STILL } from './counterfactual-step.ts';
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
type Point = Pick<Candidate, 'numbers' | 'categories'>;

/** A point that was looked at. */
interface Place extends Point {
  readonly valid: boolean;
  readonly distance: number;
  readonly margin: number;
}

/** The nearest place where the class wins, or, if there is none, where it loses by least. */
export interface Found extends Place {
  readonly iterations: number;
  /** Places at which the search began. */
  readonly candidates: number;
  /** Whether every combination of categories was among them. */
  readonly all: boolean;
}

/** Places that are looked at together. */
const CANDIDATES = 512;
/** Places of one's own beside those that are given. */
const RANDOM_STARTS = 4;
/** Points between the row and what was found, in each of two rounds. */
const SLICES = 256;

/**
 * Looks for the nearest place by successive linearisation, from many places at once: at each, the margin is taken for
 * linear, and the shortest change of the row that then wins is where the place moves to, by a step that is as long as
 * the margin may be trusted. Where it comes to rest, no near change of the row is shorter.
 */
export async function search(options: Search): Promise<Found> {
  const { subject, space, maxIterations } = options;
  const row = Float64Array.from(space.dials, ({ at }) => subject.x[at]!);
  const { candidates, all } = candidatesOf(options, row);
  let best: Place | undefined;
  let iteration = 0;
  let alive = candidates;
  for (let moving = true; moving && iteration < maxIterations; iteration++) {
    const { margin, gradient } = await marginsAt(options, alive, iteration / maxIterations);
    moving = false;
    for (const [i, candidate] of alive.entries()) {
      const here = placeOf(options, candidate, row, margin[i]!);
      if (best === undefined || isBetter(here, best)) best = here;
      const slopes = gradient.subarray(i * subject.width, (i + 1) * subject.width);
      moving = move(options, candidate, row, margin[i]!, slopes) > STILL || moving;
    }
    // Where the categories alone cost as much as what was found, nothing is to be gained.
    const { valid, distance } = best!;
    if (valid) alive = alive.filter(({ categories }) => priceOf(options, categories) < distance);
    moving &&= alive.length > 0;
  }
  const found = best!.valid ? await shortened(options, best!, row) : best!;
  subject.passes.report(1);
  return { ...found, iterations: iteration, candidates: candidates.length, all };
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
    numbers: start.map((number, j) => clamp(number, space.dials[j]!.low, space.dials[j]!.high)),
    step: FIRST_STEP,
    foreseen: Number.NaN,
    before: Number.NaN,
  }));
  return { candidates, all };
}

function marginsAt(
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
function priceOf({ space, distance }: Search, categories: readonly Known[]): number {
  const changes = categories.filter((category, i) => category !== space.choices[i]!.own).length;
  return distance === 'l1' ? changes : Math.sqrt(changes);
}

function placeOf(options: Search, { numbers, categories }: Point, row: Float64Array, margin: number): Place {
  const { space, distance, margin: wanted } = options;
  const price = priceOf(options, categories);
  const steps = numbers.map((number, j) => Math.abs(number - row[j]!) / space.dials[j]!.unit);
  const far =
    distance === 'l1' ? steps.reduce((sum, step) => sum + step, price) : Math.hypot(price, ...steps);
  // Half of it, since the search comes near to the margin from both sides.
  return { valid: margin <= -wanted / 2, numbers: numbers.slice(), categories, distance: far, margin };
}

function isBetter(a: Place, b: Place): boolean {
  if (a.valid !== b.valid) return a.valid;
  return a.valid ? a.distance < b.distance : a.margin < b.margin;
}

/** The nearest point on the way from the row to a place: where a network is flat, nothing else leads back. */
async function shortened(options: Search, place: Place, row: Float64Array): Promise<Place> {
  const { dials } = options.space;
  const enough = Math.max(place.margin, -options.margin);
  const base = row.map((number, j) => clamp(number, dials[j]!.low, dials[j]!.high));
  let [low, high, found] = [0, 1, place];
  for (let round = 0; round < 2; round++) {
    const parts = Array.from({ length: SLICES }, (_, i) => low + ((high - low) * i) / SLICES);
    const points = parts.map((part) => ({
      categories: place.categories,
      numbers: base.map((number, j) => number + part * (place.numbers[j]! - number)),
    }));
    const { margin } = await marginsAt(options, points, 1);
    const first = margin.findIndex((one) => one <= enough);
    if (first === 0) return placeOf(options, points[0]!, row, margin[0]!);
    if (first > 0) found = placeOf(options, points[first]!, row, margin[first]!);
    [low, high] = first > 0 ? [parts[first - 1]!, parts[first]!] : [parts.at(-1)!, high];
  }
  return found;
}
