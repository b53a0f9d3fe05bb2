import { OptionError } from './errors.ts';

/**
 * Refuses keys that are not in `known`, with "did you mean", and gives the own options, without a prototype: what
 * somebody put on `Object.prototype` is no option.
 *
 * @throws {OptionError} for the first unknown key, and for what is not an object.
 * @example
 * const { bias = true, name } = checkOptions('dense', options, ['bias', 'name']);
 */
export function checkOptions<T extends object>(where: string, options: T, known: readonly string[]): T {
  const own = ownOf(where, options, known);
  for (const key of Object.keys(own)) {
    if (!known.includes(key)) {
      throw new OptionError(`${where}: unknown option "${key}"`, {
        known: known.join(', '),
        hint: didYouMean(key, known),
      });
    }
  }
  return own;
}

/**
 * The own keys of an object that may have others than options, without a prototype.
 *
 * @throws {OptionError} for what is not an object.
 */
export function ownOf<T extends object>(where: string, options: T, known: readonly string[]): T {
  if (typeof options !== 'object' || options === null || Array.isArray(options)) {
    const got = Array.isArray(options) ? 'an array' : options === null ? 'null' : typeof options;
    throw new OptionError(`${where}: options must be an object, got ${got}`, { known: known.join(', ') });
  }
  return Object.assign(Object.create(null) as T, options);
}

/**
 * Looks a name up in a table of the usual choices.
 *
 * @throws {OptionError} when the table has no such name, and for what is not a string.
 */
export function choose<T>(what: string, name: string, table: Readonly<Record<string, T>>): T {
  if (typeof name !== 'string') {
    const got = name === null ? 'null' : typeof name;
    throw new OptionError(`${what}: must be a name, got ${got}`, { known: Object.keys(table).join(', ') });
  }
  if (!Object.hasOwn(table, name)) {
    const known = Object.keys(table);
    throw new OptionError(`${what}: there is no "${name}"`, {
      known: known.join(', '),
      hint: didYouMean(name, known),
    });
  }
  return table[name] as T;
}

/** `did you mean "x"?` for the nearest known word, or nothing when none is near. */
export function didYouMean(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const best = ranked[0];
  if (best === undefined || best.distance > Math.max(2, word.length / 3)) return undefined;
  return `did you mean "${best.candidate}"?`;
}

/** Levenshtein distance (Levenshtein, 1966), one row at a time. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      next.push(Math.min(replace, row[j]! + 1, next[j - 1]! + 1));
    }
    row = next;
  }
  return row[b.length]!;
}
