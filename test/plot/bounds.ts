import { widthOf } from '../../src/plot/text.ts';
import { pathPoints } from '../support/path-points.ts';
import { everyElement, parseXml, type Xml } from '../support/xml.ts';

/** Half a line may stand out. */
const SLACK = 2.5;

type Map = (x: number, y: number) => [x: number, y: number];

/** What lies outside the frame of a picture: points of shapes, and ends of text by its estimated width. */
export function outside(svg: string): string[] {
  const root = parseXml(svg);
  const [, , width, height] = root.attributes['viewBox']!.split(' ').map(Number) as [
    number,
    number,
    number,
    number,
  ];
  const found: string[] = [];
  const visit = (element: Xml, map: Map): void => {
    const inner = transformed(element, map);
    for (const [x, y] of pointsOf(element).map(([x, y]) => inner(x, y))) {
      if (x >= -SLACK && x <= width + SLACK && y >= -SLACK && y <= height + SLACK) continue;
      found.push(`${element.name} ${element.text} at ${x}, ${y}`);
    }
    for (const child of element.children) visit(child, inner);
  };
  visit(root, (x, y) => [x, y]);
  return found;
}

/** Moving and scaling, and turning about a point, which is all that pictures do. */
function transformed({ attributes }: Xml, map: Map): Map {
  const { transform } = attributes;
  if (transform === undefined) return map;
  const numbers = (transform.match(/-?\d+(\.\d+)?/g) ?? []).map(Number);
  if (transform.startsWith('rotate')) {
    const [degrees, cx, cy] = numbers as [number, number, number];
    const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
    return (x, y) => map(cx + (x - cx) * cos - (y - cy) * sin, cy + (x - cx) * sin + (y - cy) * cos);
  }
  const [left, top, sx, sy] = numbers as [number, number, number, number];
  return (x, y) => map(left + x * sx, top + y * sy);
}

function pointsOf({ name, attributes, text }: Xml): [number, number][] {
  const number = (key: string): number => Number(attributes[key] ?? 0);
  if (name === 'path') return pathPoints(attributes['d']!);
  if (name === 'line') {
    return [
      [number('x1'), number('y1')],
      [number('x2'), number('y2')],
    ];
  }
  if (name === 'circle') return [[number('cx'), number('cy')]];
  if (name === 'rect') {
    const [x, y] = [number('x'), number('y')];
    return [
      [x, y],
      [x + number('width'), y + number('height')],
    ];
  }
  if (name !== 'text') return [];
  const width = widthOf(text, number('font-size'));
  const from = { start: 0, middle: 0.5, end: 1 }[attributes['text-anchor'] ?? 'start']!;
  const [x, y] = [number('x') - from * width, number('y')];
  return [
    [x, y],
    [x + width, y],
  ];
}

/** Pairs of level texts that lie over each other, by nine tenths of their estimated width and of their height. */
export function overlaps(svg: string): string[] {
  const boxes = everyElement(parseXml(svg))
    .filter(({ name, attributes }) => name === 'text' && attributes['transform'] === undefined)
    .map((element) => {
      const [[left, bottom], [right]] = pointsOf(element) as [[number, number], [number, number]];
      const spare = (right - left) * 0.05;
      const height = Number(element.attributes['font-size']) * 0.65;
      return { text: element.text, left: left + spare, right: right - spare, top: bottom - height, bottom };
    });
  return boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .filter((b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)
      .map((b) => `${a.text} | ${b.text}`),
  );
}
