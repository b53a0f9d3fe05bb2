import { Random } from '../base/random.ts';
import { descend, shortened } from './counterfactual-descent.ts';
import { isBetter, type Place, type Search } from './counterfactual-place.ts';
import { combinations } from './counterfactual-space.ts';
import { type Candidate, clamp, FIRST_STEP } from './counterfactual-step.ts';
import { inWholeSteps } from './counterfactual-whole.ts';

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
/** Combinations of categories of which the best place is rounded to whole numbers. */
const ROUNDED = 16;

/**
 * Looks for the nearest place by successive linearisation, from many places at once: at each, the margin is taken for
 * linear, and the shortest change of the row that then wins is where the place moves to, by a step that is as long as
 * the margin may be trusted. Where it comes to rest, no near change of the row is shorter. Columns of whole numbers move
 * with the others at first, and in whole steps from the best places then.
 */
export async function search(options: Search): Promise<Found> {
  const { subject, space, maxIterations } = options;
  const row = Float64Array.from(space.dials, ({ at }) => subject.x[at]!);
  const { candidates, all } = candidatesOf(options, row);
  const rounds = space.dials.some(({ whole }) => whole);
  const first = await descend(options, candidates, row, maxIterations, (done) => (rounds ? done / 2 : done));
  const straight = first.best.valid ? await shortened(options, first.best, row) : first.best;
  const found = { iterations: first.iterations, candidates: candidates.length, all };
  if (!rounds) {
    subject.passes.report(1);
    return { ...straight, ...found };
  }
  const whole = await inWholeSteps(options, [straight, ...nearest(first.places)], row);
  subject.passes.report(1);
  return { ...whole.best, ...found, iterations: first.iterations + whole.iterations };
}

/** The best place of each combination of categories. */
function nearest(places: readonly Place[]): Place[] {
  const best = new Map<string, Place>();
  for (const place of places) {
    const key = JSON.stringify(place.categories);
    const known = best.get(key);
    if (known === undefined || isBetter(place, known)) best.set(key, place);
  }
  return [...best.values()].sort((a, b) => (isBetter(a, b) ? -1 : Number(isBetter(b, a)))).slice(0, ROUNDED);
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
