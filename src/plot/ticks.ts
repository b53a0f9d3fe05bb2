import { tidy } from './numerals.ts';

/** A place on an axis and what stands there. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Ends of an axis, the lower first. */
export type Domain = readonly [low: number, high: number];

/** The finite numbers' least and greatest, and those of `also`. An axis without a number goes from 0 to 1. */
export function domainOf(values: Iterable<number>, also: readonly number[] = []): Domain {
  let low = Infinity;
  let high = -Infinity;
  const take = (x: number) => {
    if (!Number.isFinite(x)) return;
    low = Math.min(low, x);
    high = Math.max(high, x);
  };
  for (const x of values) take(x);
  for (const x of also) take(x);
  return low <= high ? [low, high] : [0, 1];
}

/**
 * An axis that contains the domain: about `wanted` ticks at multiples of 1, 2 or 5 times a power of ten, and ends at
 * the outer ones; one that is `tight` ends with the domain, if there is a tick inside it. No two labels are the same.
 * A domain of one number becomes one around it.
 */
export function niceAxis(
  domain: Domain,
  wanted = 5,
  tight = false,
): { readonly domain: Domain; readonly ticks: Tick[] } {
  const [low, high] = widened(domain);
  // Quarters, so that a domain over all finite numbers does not overflow.
  const { digit, power } = niceStep(Math.min(1e308, ((high / 4 - low / 4) / wanted) * 4));
  const step = multiple(1, digit, power);
  const [first, last] = [Math.floor(low / step), Math.ceil(high / step)];
  const ticks: Tick[] = [];
  const spell = speller(Math.max(Math.abs(low), Math.abs(high)), power);
  for (let i = first; i <= last; i++) {
    const value = multiple(i, digit, power);
    if (Number.isFinite(value)) ticks.push({ value, label: spell(value) });
  }
  const inside = ticks.filter(({ value }) => value >= low && value <= high);
  if (tight && inside.length > 0) return { domain: [low, high], ticks: inside };
  const ends = domainOf(
    ticks.map(({ value }) => value),
    [low, high],
  );
  return { domain: ends, ticks };
}

/** Below a billionth of its size a difference is rounding, and labels would grow past reading. */
function widened([low, high]: Domain): Domain {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high / 4 - low / 4 > size * 1e-9 && high - low > 1e-300) return [low, high];
  const half = size > 1e-300 ? size / 2 : 1;
  return [Math.max(low - half, -Number.MAX_VALUE), Math.min(high + half, Number.MAX_VALUE)];
}

/** The smallest of 1, 2, 5 times a power of ten that is at least `least` times 0.7: as near as can be. */
function niceStep(least: number): { digit: number; power: number } {
  const power = Math.floor(Math.log10(least));
  const rest = least / 10 ** power;
  if (rest < 1.4) return { digit: 1, power };
  if (rest < 3.2) return { digit: 2, power };
  if (rest < 7) return { digit: 5, power };
  return { digit: 1, power: power + 1 };
}

/** Divides by powers of ten that are whole, so that 3 steps of 0.1 are 0.3. */
function multiple(i: number, digit: number, power: number): number {
  return power < 0 && power > -290 ? (i * digit) / 10 ** -power : i * digit * 10 ** power;
}

function speller(size: number, power: number): (x: number) => string {
  const digits = Math.max(0, Math.floor(Math.log10(size)) - power);
  if (size >= 1e6 || power < -5) {
    // The outermost tick may have one digit more before the point.
    return (x) => (x === 0 ? '0' : tidy(x.toExponential(Math.min(20, digits + 1))));
  }
  return (x) =>
    x
      .toFixed(Math.max(0, -power))
      .replace(/^-(0(\.0*)?)$/, '$1')
      .replace('-', '\u2212');
}
