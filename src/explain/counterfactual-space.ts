import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { checkNumber } from '../base/ranges.ts';
import { median } from '../data/scale.ts';
import { type Feature, featureOf, featuresOf, isWhole, type Known, valuesOf } from './features.ts';
import type { Subject } from './subject.ts';

/** What may be changed: limits in the units that the user knows, or the categories that will do. */
export type Allowed = Readonly<Record<string, readonly [number, number] | readonly (string | null)[]>>;

/** A numeric column that may change; all in numbers of the row. */
export interface Dial {
  readonly feature: Feature;
  readonly at: number;
  /** A change of so much is a distance of 1. */
  readonly unit: number;
  readonly low: number;
  readonly high: number;
  /** Whether its values are whole numbers. */
  readonly whole: boolean;
}

/** A categorical column that may change. */
export interface Choice {
  readonly feature: Feature;
  /** The row's own. */
  readonly own: Known;
  readonly categories: readonly Known[];
}

/** Where a counterfactual is looked for. */
export interface Space {
  readonly dials: readonly Dial[];
  readonly choices: readonly Choice[];
}

/** What the user says of the columns. */
export interface Said {
  readonly immutable: readonly (string | number)[];
  readonly ranges: Allowed;
  readonly whole: readonly (string | number)[] | false | undefined;
}

/** What may change of a row, given what the user says and rows that show what is usual. */
export function spaceOf(
  where: string,
  subject: Subject,
  data: Subject | undefined,
  { immutable, ranges, whole }: Said,
): Space {
  const features = featuresOf(subject);
  const wholes = wholeOf(where, features, subject, data, whole);
  if (!Array.isArray(immutable)) throw new OptionError(`${where}: immutable must be a list of columns`);
  const fixed = new Set(immutable.map((column) => featureOf(where, features, column)));
  const allowed = rangesOf(where, features, ranges);
  const [dials, choices]: [Dial[], Choice[]] = [[], []];
  for (const feature of features) {
    const range = allowed.get(feature);
    if (fixed.has(feature) || feature.isConstant) continue;
    if (feature.date !== undefined) {
      // When something happened is a fact, and the parts of a date do not move one by one.
      if (range === undefined) continue;
      throw new OptionError(`${where}: "${feature.name}" holds dates, which are not changed`);
    }
    if (feature.isCategorical)
      choices.push(choiceOf(where, feature, subject, range as readonly Known[] | undefined));
    else {
      const limits = range as readonly [number, number] | undefined;
      dials.push(dialOf(where, feature, wholes.has(feature), subject, data, limits));
    }
  }
  return { dials, choices };
}

/** What the user allows, by column. */
function rangesOf(
  where: string,
  features: readonly Feature[],
  ranges: Allowed,
): Map<Feature, Allowed[string]> {
  if (typeof ranges !== 'object' || ranges === null || Array.isArray(ranges))
    throw new OptionError(`${where}: ranges must be limits by column`, { hint: '{ age: [18, 99] }' });
  const allowed = new Map(
    Object.entries(ranges).map(([name, range]) => [featureOf(where, features, name), range]),
  );
  const idle = [...allowed.keys()].find(({ isConstant }) => isConstant);
  if (idle === undefined) return allowed;
  throw new OptionError(`${where}: "${idle.name}" had one value in training, so it changes no prediction`, {
    hint: 'take it out of ranges, or train on rows in which it differs',
  });
}

/** Columns of whole numbers: those that are named, else those that hold nothing else. */
function wholeOf(
  where: string,
  features: readonly Feature[],
  subject: Subject,
  data: Subject | undefined,
  said: Said['whole'],
): ReadonlySet<Feature> {
  const numeric = features.filter(({ kind }) => kind === 'numeric');
  if (said === undefined) {
    const known = (feature: Feature) => (data ? isWhole(feature, data) : feature.values !== 'real');
    return new Set(numeric.filter((feature) => known(feature) && isWhole(feature, subject)));
  }
  if (said !== false && !Array.isArray(said))
    throw new OptionError(`${where}: whole must be a list of columns, or false`, { hint: "['visits']" });
  const named = (said || []).map((column) => featureOf(where, features, column));
  const other = named.find(({ kind }) => kind !== 'numeric');
  if (other === undefined) return new Set(named);
  throw new OptionError(`${where}: "${other.name}", of which whole speaks, holds no numbers`);
}

function dialOf(
  where: string,
  feature: Feature,
  whole: boolean,
  subject: Subject,
  data: Subject | undefined,
  range: readonly [number, number] | undefined,
): Dial {
  const at = feature.at[0]!;
  const own = subject.x[at]!;
  if (range !== undefined) checkRange(where, feature.name, range);
  const values = data && valuesOf(feature, data);
  const unit = (values ? spreadOf(values) : feature.unit) / feature.unit;
  const [low, high] = limitsOf(where, feature, whole, values, range).map((limit) => feature.toNumber(limit));
  // A row may lie outside of what is usual, where it is.
  const [least, most] = range ? [low!, high!] : [Math.min(low!, own), Math.max(high!, own)];
  return { feature, at, unit, low: least, high: most, whole };
}

/** Least and greatest value: as was said, as rows have, or as there can be. */
function limitsOf(
  where: string,
  { name, values: kind }: Feature,
  whole: boolean,
  values: Float64Array | undefined,
  range: readonly [number, number] | undefined,
): [low: number, high: number] {
  if (range !== undefined) {
    const [low, high] = whole ? [Math.ceil(range[0]), Math.floor(range[1])] : range;
    if (low <= high) return [low, high];
    throw new OptionError(`${where}: the range of "${name}" has no whole number, came ${range.join(', ')}`, {
      hint: `whole: false lets "${name}" have any number`,
    });
  }
  if (values === undefined) return whole && kind === 'boolean' ? [0, 1] : [-Infinity, Infinity];
  const sorted = Float64Array.from(values).sort();
  const [low, high] = [sorted[0]!, sorted.at(-1)!];
  // What was scaled in float32 comes back with six digits.
  const near = (value: number) => 1e-6 * Math.max(1, Math.abs(value));
  return whole ? [Math.ceil(low - near(low)), Math.floor(high + near(high))] : [low, high];
}

/** Median distance from the median; where most values are one, the mean distance; of a constant 1. */
function spreadOf(values: Float64Array): number {
  const middle = median(values);
  const distances = values.map((value) => Math.abs(value - middle));
  const mean = distances.reduce((a, b) => a + b, 0) / distances.length;
  return median(distances) || mean || 1;
}

function choiceOf(where: string, feature: Feature, { x }: Subject, given?: readonly Known[]): Choice {
  const own = feature.read(x);
  if (given === undefined) {
    const others = feature.categories.filter((category) => category !== null && category !== own);
    return { feature, own, categories: [own, ...others] };
  }
  const unknown = Array.isArray(given)
    ? given.find((one) => !feature.categories.includes(one as string))
    : given;
  if (!Array.isArray(given) || given.length === 0 || unknown !== undefined) {
    throw new OptionError(`${where}: the range of "${feature.name}" has ${describe(unknown ?? given)}`, {
      wanted: `some of ${feature.categories.slice(0, 20).join(', ')}`,
    });
  }
  return { feature, own, categories: [...given] };
}

function checkRange(where: string, name: string, range: readonly [number, number]): void {
  if (!Array.isArray(range) || range.length !== 2)
    throw new OptionError(`${where}: the range of "${name}" must be two numbers`, { hint: '[18, 99]' });
  for (const limit of range) checkNumber(where, `the range of "${name}"`, limit);
  if (range[0]! > range[1]!)
    throw new OptionError(`${where}: the range of "${name}" must rise, came ${range.join(', ')}`);
}

/** Categories for every choice, from those that change the fewest, and whether these are all that there are. */
export function combinations(choices: readonly Choice[], most: number): { combos: Known[][]; all: boolean } {
  const combos: Known[][] = [];
  // Changes of 0 columns, of 1, of 2, …, until there are enough.
  for (let changes = 0; changes <= choices.length; changes++) {
    const extend = (taken: Known[], left: number): boolean => {
      const choice = choices[taken.length];
      if (choice === undefined) {
        if (left === 0) combos.push(taken);
        return combos.length <= most;
      }
      if (left > choices.length - taken.length) return true;
      return choice.categories.every((category) => {
        const changed = Number(category !== choice.own);
        return changed > left || extend([...taken, category], left - changed);
      });
    };
    if (!extend([], changes)) return { combos: combos.slice(0, most), all: false };
  }
  return { combos, all: true };
}
