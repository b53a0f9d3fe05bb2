import { describe } from './describe.ts';
import { OptionError } from './errors.ts';

/** Numbers that an option takes: `least <= x <= most`, `above < x < below`; always finite. */
export interface Range {
  readonly least?: number;
  readonly above?: number;
  readonly most?: number;
  readonly below?: number;
  /** Only whole numbers. */
  readonly whole?: boolean;
}

/**
 * Checks that an option is a finite number in a range, and gives it.
 *
 * @throws {OptionError} naming the option, the range and what came.
 * @example
 * checkNumber('dropout', 'rate', rate, { least: 0, below: 1 });
 */
export function checkNumber(where: string, name: string, value: unknown, range: Range = {}): number {
  if (typeof value === 'number' && Number.isFinite(value) && lies(value, range)) return value;
  throw new OptionError(`${where}: ${name} must be ${inWords(range)}, got ${describe(value)}`);
}

function lies(
  x: number,
  { least = -Infinity, above = -Infinity, most = Infinity, below = Infinity, whole }: Range,
): boolean {
  return x >= least && x > above && x <= most && x < below && (whole !== true || Number.isSafeInteger(x));
}

function inWords({ least, above, most, below, whole }: Range): string {
  const bounds = [
    least !== undefined && `at least ${least}`,
    above !== undefined && `above ${above}`,
    most !== undefined && `at most ${most}`,
    below !== undefined && `below ${below}`,
  ].filter((bound) => bound !== false);
  return `a ${whole === true ? 'whole' : 'finite'} number${bounds.length > 0 ? ` ${bounds.join(' and ')}` : ''}`;
}
