import { ascending, descending } from '../base/order.ts';

/** A number that may change: how much the margin rises with it, what a step of 1 is worth, and how far it may go. */
export interface Mover {
  readonly slope: number;
  /** A change of so much is a distance of 1. */
  readonly unit: number;
  /** Least and greatest change. */
  readonly low: number;
  readonly high: number;
}

/**
 * The shortest change that lowers a linear margin by `drop`, or, where the limits do not let it, as far as they do.
 *
 *     min Σ |δ_j| / u_j  or  Σ (δ_j / u_j)²,    where  Σ g_j δ_j <= -drop  and  low_j <= δ_j <= high_j
 *
 * Both are solved exactly: the first number by number, from the one that lowers most for its price; the second by
 * projection, where numbers that would go too far stay at their limit and the others share the rest.
 */
export function nearestChange(movers: readonly Mover[], drop: number, distance: 'l1' | 'l2'): Float64Array {
  const change = new Float64Array(movers.length);
  if (!(drop > 0)) return change;
  return distance === 'l1' ? cheapest(movers, drop, change) : projected(movers, drop, change);
}

function cheapest(movers: readonly Mover[], drop: number, change: Float64Array): Float64Array {
  const worth = movers.map(({ slope, unit }) => Math.abs(slope) * unit);
  const order = movers.map((_, j) => j).sort((a, b) => descending(worth[a]!, worth[b]!) || ascending(a, b));
  let left = drop;
  for (const j of order) {
    const { slope } = movers[j]!;
    if (left <= 0 || slope === 0) break;
    const step = Math.min(left / Math.abs(slope), reachOf(movers[j]!));
    change[j] = -Math.sign(slope) * step;
    left -= Math.abs(slope) * step;
  }
  return change;
}

function projected(movers: readonly Mover[], drop: number, change: Float64Array): Float64Array {
  const free = new Set(movers.flatMap(({ slope }, j) => (slope === 0 ? [] : [j])));
  let left = drop;
  while (free.size > 0) {
    let weight = 0;
    for (const j of free) weight += (movers[j]!.slope * movers[j]!.unit) ** 2;
    const along = (j: number) => (left / weight) * Math.abs(movers[j]!.slope) * movers[j]!.unit ** 2;
    const beyond = [...free].filter((j) => along(j) > reachOf(movers[j]!));
    for (const j of free) {
      const step = Math.min(along(j), reachOf(movers[j]!));
      change[j] = -Math.sign(movers[j]!.slope) * step;
    }
    if (beyond.length === 0) break;
    for (const j of beyond) {
      free.delete(j);
      left -= Math.abs(movers[j]!.slope * change[j]!);
    }
  }
  return change;
}

/** How far a number may go in the direction that lowers the margin. */
function reachOf({ slope, low, high }: Mover): number {
  return Math.max(slope > 0 ? -low : high, 0);
}
