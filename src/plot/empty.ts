import type { Box } from './figure.ts';
import { joined, type Markup } from './markup.ts';
import { label } from './text.ts';

/** What stands in the middle of a picture that has nothing to show. */
export function nothing(area: Box): Markup {
  const [x, y] = [(area.left + area.right) / 2, (area.top + area.bottom) / 2];
  return joined([label(x, y + 4, 'no data', { anchor: 'middle', colour: 'soft' })]);
}
