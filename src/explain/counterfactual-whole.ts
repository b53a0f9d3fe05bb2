import { type Descent, descend, shortened } from './counterfactual-descent.ts';
import { isBetter, type Place, priceOf, type Search } from './counterfactual-place.ts';
import type { Dial } from './counterfactual-space.ts';
import { type Candidate, clamp, FIRST_STEP } from './counterfactual-step.ts';

/** Columns that are rounded both ways, in all combinations. */
const BOTH_WAYS = 6;
/** Columns of which steps are tried together with taking back another's. */
const PAIRED = 10;
/** Columns that take steps in a round; what has changed is among them. */
const STEPPING = 64;
/** The longest step is 2 to this, less 1. */
const DOUBLINGS = 20;
/** How often the other numbers may move after a step. */
const MOVES = 20;

/**
 * The best place whose columns of whole numbers hold whole numbers: places are rounded, both ways, and take whole steps
 * as long as that makes them valid, or nearer. After each step the other numbers move to what is nearest then.
 */
export async function inWholeSteps(
  options: Search,
  places: readonly Place[],
  row: Float64Array,
): Promise<Pick<Descent, 'best' | 'iterations'>> {
  const aim = { ...options, still: true };
  const { dials } = options.space;
  const rest = dials.some(({ whole }) => !whole);
  const moves = rest ? Math.min(MOVES, options.maxIterations) : 1;
  let points = places.flatMap((place) => roundings(dials, place, row));
  let best: Place | undefined;
  let iterations = 0;
  for (let round = 0; points.length > 0 && round < options.maxIterations; round++) {
    const share = 0.5 + round / options.maxIterations / 2;
    const found = await descend(aim, points, row, moves, () => share);
    iterations += found.iterations;
    if (best !== undefined && !isBetter(found.best, best)) break;
    best = found.best;
    points = stepsFrom(options, best, row);
  }
  return { best: best!.valid && rest ? await shortened(aim, best!, row) : best!, iterations };
}

function candidate({ categories }: Pick<Place, 'categories'>, numbers: Float64Array): Candidate {
  return { categories, numbers, step: FIRST_STEP, foreseen: Number.NaN, before: Number.NaN };
}

/** The number of a whole value, within what is allowed; that of the row, where it is the row's. */
function numberAt({ feature, low, high }: Dial, value: number, own: number): number {
  const number = clamp(feature.toNumber(value), low, high);
  return Math.fround(number) === own ? own : number;
}

/** Whole values beside a number: one where it is whole. A number of the row itself stays what it is. */
function beside(dial: Dial, number: number, own: number): number[] {
  if (number === own) return [own];
  const { feature } = dial;
  const value = feature.toValue(number);
  const isWhole = feature.toNearest(number) === Math.fround(number);
  const values = isWhole ? [Math.round(value)] : [Math.floor(value), Math.ceil(value)];
  return [...new Set(values.map((one) => numberAt(dial, one, own)))];
}

/** A place with whole numbers: all combinations of both ways for some columns, for others away from the row. */
function roundings(dials: readonly Dial[], place: Place, row: Float64Array): Candidate[] {
  let points = [place.numbers.slice()];
  let both = 0;
  for (const [j, dial] of dials.entries()) {
    if (!dial.whole) continue;
    const own = row[j]!;
    const near = beside(dial, place.numbers[j]!, own);
    const away = near.reduce((a, b) => (Math.abs(b - own) > Math.abs(a - own) ? b : a));
    const taken = near.length > 1 && both++ < BOTH_WAYS ? near : [away];
    points = taken.flatMap((number) => points.map((point) => point.with(j, number)));
  }
  return points.map((numbers) => candidate(place, numbers));
}

/** Places that are whole steps away: longer and longer ones of a column, and those that take another's back. */
function stepsFrom(options: Search, place: Place, row: Float64Array): Candidate[] {
  const { dials } = options.space;
  const wholes = [...dials.keys()].filter((j) => dials[j]!.whole);
  const changed = wholes.filter((j) => place.numbers[j] !== row[j]);
  const stepping = [...changed, ...wholes.filter((j) => !changed.includes(j))].slice(0, STEPPING);
  const longer = stepping.flatMap((j) => stepsOf(dials[j]!, j, place.numbers, row[j]!));
  const paired = changed
    .slice(0, PAIRED)
    .flatMap((j) =>
      stepping.slice(0, PAIRED).flatMap((k) => (j === k ? [] : pairsOf(options, place, row, j, k))),
    );
  return distinct([...longer, ...paired]).map((numbers) => candidate(place, numbers));
}

function stepsOf(dial: Dial, j: number, numbers: Float64Array, own: number): Float64Array[] {
  const value = Math.round(dial.feature.toValue(numbers[j]!));
  const sizes = Array.from({ length: DOUBLINGS }, (_, i) => 2 ** i);
  const found = sizes.flatMap((size) => [
    numberAt(dial, value - size, own),
    numberAt(dial, value + size, own),
  ]);
  return [...found, own].filter((number) => number !== numbers[j]).map((number) => numbers.with(j, number));
}

/**
 * Column `j` one step nearer to the row and `k` one step elsewhere; and `j` back in the row with `k` as far as is nearer
 * than the place: what is nearer still, the next rounds find.
 */
function pairsOf(options: Search, place: Place, row: Float64Array, j: number, k: number): Float64Array[] {
  const { dials } = options.space;
  const [dial, other] = [dials[j]!, dials[k]!];
  const own = row[k]!;
  const near = place.numbers.with(j, numberAt(dial, towards(dial, place.numbers[j]!, row[j]!), row[j]!));
  const value = Math.round(other.feature.toValue(place.numbers[k]!));
  const back = place.numbers.with(j, row[j]!);
  const reach = withinReach(options, place, back, row, k);
  const first = Math.round(other.feature.toValue(own));
  return [-1, 1].flatMap((sign) => [
    near.with(k, numberAt(other, value + sign, own)),
    ...(reach > 0 ? [back.with(k, numberAt(other, first + sign * reach, own))] : []),
  ]);
}

/** One whole step back to the row. */
function towards({ feature }: Dial, number: number, own: number): number {
  return Math.round(feature.toValue(number)) + Math.sign(own - number);
}

/** Whole steps of a column from the row's value that leave a point nearer to the row than a place is. */
function withinReach(
  options: Search,
  place: Place,
  point: Float64Array,
  row: Float64Array,
  k: number,
): number {
  const { space, distance } = options;
  const power = distance === 'l1' ? 1 : 2;
  let left = place.distance ** power - priceOf(options, place.categories) ** power;
  for (const [j, { unit }] of space.dials.entries())
    if (j !== k) left -= (Math.abs(point[j]! - row[j]!) / unit) ** power;
  const { unit, feature } = space.dials[k]!;
  return left > 0 ? Math.ceil(left ** (1 / power) * unit * feature.unit) - 1 : 0;
}

function distinct(points: readonly Float64Array[]): Float64Array[] {
  return [...new Map(points.map((point) => [point.join(), point])).values()];
}
