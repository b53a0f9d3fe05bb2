/**
 * Vertical places for points on a line, so that those that lie near each other stand side by side: within a strip of
 * `width` pixels they go above and below the middle by turns. A crowd is pressed to fit into `most`.
 */
export function placesIn(xs: readonly number[], width: number, most: number): number[] {
  const strips = new Map<number, number>();
  const orders = xs.map((x) => {
    const strip = Math.round(x / width);
    const order = strips.get(strip) ?? 0;
    strips.set(strip, order + 1);
    return order;
  });
  const largest = Math.max(1, ...[...strips.values()].map((count) => Math.ceil((count - 1) / 2)));
  const step = Math.min(width, Math.max(0, most) / largest);
  return orders.map((order) => Math.ceil(order / 2) * (order % 2 === 1 ? 1 : -1) * step || 0);
}
