import { OptionError } from '../base/errors.ts';
import { type Feature, featureOf } from './features.ts';

/** Columns that go together, by the name of the group: each by its name or position. */
export type ColumnGroups = Readonly<Record<string, readonly (string | number)[]>>;

/** What moves as one: a column with all its numbers, or a group of columns. */
export interface Player {
  readonly name: string;
  /** Positions of its numbers in a row. */
  readonly at: readonly number[];
}

/**
 * The groups, then every column that is in none.
 *
 * @throws {OptionError} for columns that do not exist, or that are in two groups, and groups without columns.
 */
export function playersOf(where: string, features: readonly Feature[], groups: ColumnGroups = {}): Player[] {
  if (typeof groups !== 'object' || groups === null || Array.isArray(groups))
    throw new OptionError(`${where}: groups must be columns by name`, {
      hint: "{ home: ['street', 'city'] }",
    });
  const home = new Map<Feature, string>();
  const players = Object.entries(groups).map(([name, columns]) => {
    if (!Array.isArray(columns) || columns.length === 0)
      throw new OptionError(`${where}: the group "${name}" must be a list of columns`);
    const members = columns.map((column) => featureOf(where, features, column));
    for (const member of members) {
      const other = home.get(member);
      if (other !== undefined)
        throw new OptionError(`${where}: "${member.name}" is in the groups "${other}" and "${name}"`);
      home.set(member, name);
    }
    return { name, at: members.flatMap(({ at }) => at) };
  });
  return [...players, ...features.filter((feature) => !home.has(feature))];
}
