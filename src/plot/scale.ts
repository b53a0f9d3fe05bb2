import { type Domain, niceAxis, type Tick } from './ticks.ts';

/** From numbers of an axis to pixels. */
export interface Scale {
  readonly domain: Domain;
  readonly ticks: readonly Tick[];
  /** Pixels that a label may take, where they are names. */
  readonly room?: number;
  /** Pixels of a number; what lies outside the domain is led to its ends. */
  readonly at: (x: number) => number;
}

/** A straight scale whose axis contains the domain. `from` and `to` are the pixels of its ends. */
export function niceScale(domain: Domain, from: number, to: number, wanted?: number, tight?: boolean): Scale {
  const axis = niceAxis(domain, wanted, tight);
  return { ...axis, at: straight(axis.domain, from, to) };
}

/** A scale with a name at each of 0, 1, 2, … */
export function namedScale(names: readonly string[], from: number, to: number): Scale {
  const domain: Domain = [-0.5, Math.max(1, names.length) - 0.5];
  const ticks = names.map((label, value) => ({ value, label }));
  return {
    domain,
    ticks,
    room: Math.abs(to - from) / Math.max(1, names.length) - 6,
    at: straight(domain, from, to),
  };
}

/** A straight map of a domain to pixels, without ticks. */
export function straight([low, high]: Domain, from: number, to: number): (x: number) => number {
  // Quarters, so that a domain over all finite numbers does not overflow.
  const span = high / 4 - low / 4;
  return (x) => {
    const share = span > 0 ? (x / 4 - low / 4) / span : 0.5;
    return from + Math.min(1, Math.max(0, share)) * (to - from);
  };
}
