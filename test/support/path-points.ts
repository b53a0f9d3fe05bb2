type Point = [x: number, y: number];

/** Where each command leads from a point; coordinates are absolute or added to the point's. */
const ENDS: Readonly<Record<string, (numbers: readonly number[], [x, y]: Point, [dx, dy]: Point) => Point>> =
  {
    m: (numbers, _, [dx, dy]) => [dx + numbers.at(-2)!, dy + numbers.at(-1)!],
    l: (numbers, _, [dx, dy]) => [dx + numbers.at(-2)!, dy + numbers.at(-1)!],
    a: (numbers, _, [dx, dy]) => [dx + numbers.at(-2)!, dy + numbers.at(-1)!],
    h: (numbers, [, y], [dx]) => [dx + numbers[0]!, y],
    v: (numbers, [x], [, dy]) => [x, dy + numbers[0]!],
  };

/** The points that a path of SVG goes through, with arcs as their ends; commands M, L, H, V, A and Z of both cases. */
export function pathPoints(d: string): Point[] {
  const points: Point[] = [];
  let here: Point = [0, 0];
  let start: Point = [0, 0];
  for (const [, command, rest] of d.matchAll(/([a-zA-Z])([^a-zA-Z]*)/g)) {
    const numbers = (rest!.match(/-?(\d+\.?\d*|\.\d+)/g) ?? []).map(Number);
    const kind = command!.toLowerCase();
    if (kind === 'z') here = start;
    else here = ENDS[kind]!(numbers, here, command === kind ? here : [0, 0]);
    if (kind === 'm') start = here;
    points.push(here);
  }
  return points;
}
