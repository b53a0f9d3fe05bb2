import { describe } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { ascending, smallest } from '../base/order.ts';
import { checkNumber } from '../base/ranges.ts';
import type { FeatureGroup } from '../data/prepared.ts';
import type { Subject } from './subject.ts';

/** Inputs that are there or away together: positions in a row by name, or the original columns of the preprocessing. */
export type Groups = 'columns' | Readonly<Record<string, readonly number[]>>;

/**
 * Who plays: the groups that are asked for and each input that is in none of them, in the order of their first inputs.
 * Without groups the original columns of the preprocessing, or each input by itself.
 *
 * @throws {OptionError} for groups that name no input or one of another, and for columns without preprocessing.
 */
export function playersOf(
  where: string,
  subject: Subject,
  groups: Groups | undefined,
): readonly FeatureGroup[] {
  const columns = subject.session.prepare?.groups.filter(({ outputs }) => outputs.length > 0);
  if (groups === 'columns' && columns === undefined) {
    throw new OptionError(`${where}: groups are 'columns', and the model has no preprocessing`, {
      hint: 'sequential(layers, { prepare: columns({ … }).fit(train) }), or positions by name: { colour: [3, 4, 5] }',
    });
  }
  if (groups === undefined || groups === 'columns') return columns ?? subject.featureNames.map(alone);
  const taken = new Map<number, string>();
  const named = entriesOf(where, groups).map(([column, outputs]): FeatureGroup => {
    for (const i of outputs) {
      checkNumber(where, `groups.${column}`, i, { least: 0, below: subject.width, whole: true });
      const other = taken.get(i);
      if (other !== undefined)
        throw new OptionError(`${where}: input ${i} is in two groups, "${other}" and "${column}"`);
      taken.set(i, column);
    }
    return { column, outputs: [...outputs] };
  });
  const single = subject.featureNames.map(alone).filter(({ outputs: [i] }) => !taken.has(i!));
  return [...named, ...single].sort((a, b) => ascending(smallest(a.outputs), smallest(b.outputs)));
}

function alone(column: string, i: number): FeatureGroup {
  return { column, outputs: [i] };
}

function entriesOf(where: string, groups: unknown): [string, readonly number[]][] {
  if (typeof groups !== 'object' || groups === null || Array.isArray(groups)) {
    throw new OptionError(`${where}: groups must be 'columns' or positions by name`, {
      got: groups === null ? 'null' : Array.isArray(groups) ? 'an array' : describe(groups),
      hint: '{ colour: [3, 4, 5] }',
    });
  }
  return Object.entries(groups as Record<string, unknown>).map(([name, list]) => {
    if (Array.isArray(list) && list.length > 0) return [name, list as number[]];
    throw new OptionError(`${where}: groups.${name} must be a list of one position or more`);
  });
}
