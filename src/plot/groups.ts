import { DataError } from '../base/errors.ts';
import type { Entry } from './legend.ts';
import { point } from './marks.ts';
import { listOf, namesOf, numbersOf } from './reading.ts';
import { type Colour, fill, series } from './theme.ts';

/** Groups of points, which differ by shape and by colour. */
export interface Groups {
  readonly names: readonly string[];
  readonly of: (i: number) => { readonly shape: number; readonly colour: Colour };
}

/**
 * Reads the group of each of `length` points.
 *
 * @throws {DataError} for a group that is no whole number from 0 on, or has no name.
 */
export function checkGroups(where: string, groups: unknown, names: unknown, length: number): Groups {
  if (groups === undefined) return { names: [], of: () => ({ shape: 0, colour: series(0) }) };
  const ids = numbersOf(where, 'groups', groups, length);
  const count = countOf(where, 'groups', ids, names);
  const all = namesOf(where, 'groupNames', names, count, (i) => `group ${i}`);
  return { names: all, of: (i) => ({ shape: ids[i]!, colour: series(ids[i]!) }) };
}

/** How many groups there are: as many as names, or up to the largest number. */
export function countOf(where: string, name: string, ids: Float64Array, names: unknown): number {
  const named = names === undefined ? undefined : listOf(where, 'names', names, 'strings').length;
  const count = named ?? ids.reduce((most, id) => Math.max(most, id + 1), 0);
  const bad = ids.findIndex((id) => !(Number.isInteger(id) && id >= 0 && id < Math.min(count, 1000)));
  if (bad !== -1) {
    throw new DataError(`${where}: ${name}[${bad}] is ${ids[bad]}, wanted a whole number below ${count}`, {
      hint: named === undefined ? undefined : `there are ${named} names`,
    });
  }
  return count;
}

/** What the shapes mean. */
export function groupEntries(names: readonly string[]): Entry[] {
  return names.map((name, i) => ({
    name,
    sign: (x, y) => point(x + 16, y, i, 4, { class: fill(series(i)) }),
  }));
}
