import { isBetter, marginsAt, type Place, placeOf, priceOf, type Search } from './counterfactual-place.ts';
import { type Candidate, clamp, move, STILL } from './counterfactual-step.ts';

/** Where candidates came to. */
export interface Descent {
  readonly best: Place;
  /** The best place of each candidate. */
  readonly places: readonly Place[];
  readonly iterations: number;
}

/** Points between the row and what was found, in each of two rounds. */
const SLICES = 256;

/** Moves candidates until all of them stand, or `most` times. */
export async function descend(
  options: Search,
  candidates: readonly Candidate[],
  row: Float64Array,
  most: number,
  share: (done: number) => number,
): Promise<Descent> {
  const { subject } = options;
  const places = new Map<Candidate, Place>();
  const slack = options.still ? 0 : roundingOf(options);
  let best: Place | undefined;
  let iterations = 0;
  let alive = candidates;
  for (let moving = true; moving && iterations < most; iterations++) {
    const { margin, gradient } = await marginsAt(options, alive, share(iterations / most));
    moving = false;
    for (const [i, candidate] of alive.entries()) {
      const here = placeOf(options, candidate, row, margin[i]!);
      best = better(here, best);
      places.set(candidate, better(here, places.get(candidate)));
      const slopes = gradient.subarray(i * subject.width, (i + 1) * subject.width);
      moving = move(options, candidate, row, margin[i]!, slopes) > STILL || moving;
    }
    // Where the categories alone cost as much as what was found, nothing is to be gained.
    const { valid, distance } = best!;
    if (valid) alive = alive.filter(({ categories }) => priceOf(options, categories) < distance + slack);
    moving &&= alive.length > 0;
  }
  return { best: best!, places: [...places.values()], iterations };
}

function better(here: Place, known: Place | undefined): Place {
  return known === undefined || isBetter(here, known) ? here : known;
}

/** How much further a place may become when a column of whole numbers is rounded. */
function roundingOf({ space }: Search): number {
  const steps = space.dials.map(({ whole, feature, unit }) => (whole ? 1 / (feature.unit * unit) : 0));
  return Math.max(0, ...steps);
}

/** The nearest point on the way from the row to a place: where a network is flat, nothing else leads back. */
export async function shortened(options: Search, place: Place, row: Float64Array): Promise<Place> {
  const { still, space } = options;
  const enough = Math.max(place.margin, -options.margin);
  const base = row.map((number, j) => {
    const { low, high, whole } = space.dials[j]!;
    return still && whole ? place.numbers[j]! : clamp(number, low, high);
  });
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
