/** Numbers below `total`: all of them, or `most` at equal distances, the first and the last among them. */
export function thinned(total: number, most: number): number[] {
  if (total <= most) return Array.from({ length: total }, (_, i) => i);
  return Array.from({ length: most }, (_, i) => Math.round((i * (total - 1)) / (most - 1)));
}

/** How much was thinned out, in words; nothing when that is nothing. */
export function thinning(drawn: number, total: number, things: string): string[] {
  return drawn === total ? [] : [`${drawn} of ${total} ${things} drawn, at equal distances.`];
}
