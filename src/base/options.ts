import { readGiven } from './check.ts';
import { describe, isRecord } from './describe.ts';
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
      throw new OptionError(`${where}: unknown option ${describe(key)}`, {
        known: known.join(', '),
        hint: didYouMean(key, known),
      });
    }
  }
  return own;
}

/**
 * The own keys of an object that may have others than options, without a prototype. The copy is plain: what getters and
 * proxies give is asked for once, here.
 *
 * @throws {OptionError} for what is not an object, and for one that cannot be read.
 */
export function ownOf<T extends object>(where: string, options: T, known: readonly string[]): T {
  return readGiven(`${where}: options`, () => {
    if (isRecord(options)) return Object.assign(Object.create(null) as T, options);
    const facts = { known: known.join(', ') };
    throw new OptionError(`${where}: options must be an object, got ${describe(options)}`, facts);
  });
}

/**
 * Looks a name up in a table of the usual choices.
 *
 * @throws {OptionError} when the table has no such name, and for what is not a string.
 */
export function choose<T>(what: string, name: string, table: Readonly<Record<string, T>>): T {
  if (typeof name === 'string' && Object.hasOwn(table, name)) return table[name] as T;
  const names = Object.keys(table);
  const known = names.join(', ');
  if (typeof name !== 'string')
    throw new OptionError(`${what}: must be a name, got ${describe(name)}`, { known });
  throw new OptionError(`${what}: there is no ${describe(name)}`, { known, hint: didYouMean(name, names) });
}

/** Words longer than this are no misspelt names. */
const LONGEST_WORD = 100;
/** Names that are compared. */
const MOST_NAMES = 10_000;

/** `did you mean "x"?` for the nearest known word, or nothing when none is near, or what came is no word. */
export function didYouMean(word: unknown, known: readonly string[]): string | undefined {
  if (typeof word !== 'string' || word.length > LONGEST_WORD) return undefined;
  const far = Math.max(2, word.length / 3);
  let best: { readonly candidate: string; readonly distance: number } | undefined;
  for (const candidate of known.slice(0, MOST_NAMES)) {
    // No distance is below the difference in length.
    if (Math.abs(candidate.length - word.length) > far) continue;
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= far && !(best !== undefined && best.distance <= distance)) best = { candidate, distance };
  }
  return best && `did you mean "${best.candidate}"?`;
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
