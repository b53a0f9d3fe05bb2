/** A date, or a time of a day, as ISO 8601 writes it; a zone may follow a time. */
const ISO = /^[+-]?\d{4,6}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?<zone>Z|[+-]\d\d:\d\d)?)?$/;

/** Milliseconds since 1970 of dates as ISO 8601 writes them, in UTC where they name no zone; undefined if one is none. */
export function instantsOf(values: ArrayLike<unknown>): Float64Array | undefined {
  const instants = Float64Array.from(Array.from(values), instantOf);
  return instants.length > 0 && instants.every((one) => !Number.isNaN(one)) ? instants : undefined;
}

function instantOf(value: unknown): number {
  const found = typeof value === 'string' ? ISO.exec(value) : null;
  if (found === null) return Number.NaN;
  const isBare = found.groups!['zone'] === undefined && found[0].includes('T');
  return Date.parse(isBare ? `${found[0]}Z` : found[0]);
}

/** A date as ISO 8601 writes it, without a time at midnight. */
export function dateName(instant: number): string {
  return new Date(instant).toISOString().replace(/T00:00:00\.000Z$|\.000Z$/, '');
}
