import { choose } from '../base/options.ts';
import { format, scaleLinear, scaleLog, scaleUtc } from './d3.ts';
import { exponent, numeral } from './numerals.ts';

/** How an axis counts: by equal steps, by equal factors, or by dates, which are milliseconds since 1970 in UTC. */
export type ScaleKind = 'linear' | 'log' | 'time';

/** Options of pictures in a plane. */
export interface ScaleOptions {
  /** How the horizontal axis counts: `linear` (default), `log`, or `time` for milliseconds since 1970, in UTC. */
  readonly xScale?: ScaleKind;
  /** The same of the vertical one. */
  readonly yScale?: ScaleKind;
}

const KINDS: Readonly<Record<ScaleKind, ScaleKind>> = { linear: 'linear', log: 'log', time: 'time' };

/**
 * Both scales, checked.
 *
 * @throws {OptionError} for a scale that there is none of.
 */
export function kindsOf(
  where: string,
  { xScale = 'linear', yScale = 'linear' }: ScaleOptions,
): { readonly x: ScaleKind; readonly y: ScaleKind } {
  return { x: choose(`${where}: xScale`, xScale, KINDS), y: choose(`${where}: yScale`, yScale, KINDS) };
}

/** Names of {@link ScaleOptions}, for checks. */
export const SCALE_OPTIONS = ['xScale', 'yScale'];

/** Whether a number has a place on such an axis. */
export function hasPlace(x: number, kind: ScaleKind): boolean {
  return Number.isFinite(x) && (kind !== 'log' || x > 0);
}

/** A place on an axis and what stands there. */
export interface Tick {
  readonly value: number;
  readonly label: string;
}

/** Ends of an axis, the lower first. */
export type Domain = readonly [low: number, high: number];

/** From numbers of an axis to pixels. */
export interface Scale {
  readonly domain: Domain;
  readonly ticks: readonly Tick[];
  /** Pixels of a number; what lies outside the domain is led to its ends. */
  readonly at: (x: number) => number;
}

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
 * A scale whose axis contains the domain, with about `wanted` ticks, of which no two labels are the same. It ends at
 * ticks; one that is `tight` ends with the domain, if there is a tick inside it. A domain of one number becomes one
 * around it. A logarithmic scale of what is not above 0 is a straight one.
 */
export function niceScale(
  domain: Domain,
  from: number,
  to: number,
  wanted = 5,
  tight = false,
  kind: ScaleKind = 'linear',
): Scale {
  if (kind === 'log' && domain[0] > 0) return logarithmic(domain, from, to, wanted, tight);
  if (kind === 'time' && domain.every((x) => Math.abs(x) < LAST_DATE))
    return byDates(domain, from, to, wanted);
  return linear(widened(domain), from, to, wanted, tight);
}

/** Milliseconds from 1970 to the last date of ECMAScript, less some years for round ends. */
const LAST_DATE = 8.6e15;

function linear([low, high]: Domain, from: number, to: number, wanted: number, tight: boolean): Scale {
  const size = Math.max(Math.abs(low), Math.abs(high));
  // The distance of the greatest numbers is none: they are counted in units.
  const unit = size > 1e300 ? 1e10 : 1;
  const exact = scaleLinear([low / unit, high / unit], [from, to]).clamp(true);
  const scale = tight && exact.ticks(wanted).length > 0 ? exact : exact.copy().nice(wanted);
  const places = scale.ticks(wanted).filter((x) => Number.isFinite(x * unit));
  const step = Math.abs((places[1] ?? high / unit) - (places[0] ?? low / unit));
  const spell = size >= 1e6 || step < 1e-5 ? byExponent : scale.tickFormat(wanted, 'f');
  const [first, last] = scale.domain() as [number, number];
  const most = Number.MAX_VALUE / unit;
  const ends = [Math.max(-most, first), Math.min(most, last)] as const;
  scale.domain(ends);
  return {
    domain: [ends[0] * unit, ends[1] * unit],
    ticks: places.map((x) => ({ value: x * unit, label: spell(x * unit) })),
    at: (x) => scale(x / unit),
  };
}

/** More digits than two ticks have in common, less than rounding has; those that say nothing are not written. */
const DIGITS = format('.12~e');
const byExponent = (x: number): string => (x === 0 ? '0' : exponent(DIGITS(x)));

function logarithmic([low, high]: Domain, from: number, to: number, wanted: number, tight: boolean): Scale {
  const exact = scaleLog(low < high ? [low, high] : [low / 2, low * 2], [from, to]).clamp(true);
  const decades = exact.ticks(wanted).filter((x) => Number.isInteger(Math.log10(x)));
  const scale = tight && decades.length > 1 ? exact : exact.copy().nice();
  // Of many ticks some have no label.
  const spell = scale.tickFormat(wanted);
  const ticks = scale
    .ticks(wanted)
    .map((value) => ({ value, label: spell(value) === '' ? '' : numeral(value) }));
  return { domain: scale.domain() as [number, number], ticks, at: (x) => (x > 0 ? scale(x) : from) };
}

function byDates(domain: Domain, from: number, to: number, wanted: number): Scale {
  const [low, high] = domain[0] < domain[1] ? domain : [domain[0] - DAY, domain[1] + DAY];
  const scale = scaleUtc([low, high], [from, to]).clamp(true).nice(wanted);
  const spell = scale.tickFormat(wanted);
  return {
    domain: scale.domain().map(Number) as [number, number],
    ticks: scale.ticks(wanted).map((date) => ({ value: Number(date), label: spell(date) })),
    at: (x) => scale(x),
  };
}

const DAY = 86_400_000;

/** Below a billionth of its size a difference is rounding, and labels would grow past reading. */
function widened([low, high]: Domain): Domain {
  const size = Math.max(Math.abs(low), Math.abs(high));
  if (high / 4 - low / 4 > size * 1e-9 && high - low > 1e-300) return [low, high];
  const half = size > 1e-300 ? size / 2 : 1;
  return [Math.max(low - half, -Number.MAX_VALUE), Math.min(high + half, Number.MAX_VALUE)];
}
