import { joined, type Markup } from './markup.ts';
import { label, SIZE, spoken, type Words, widthOf } from './text.ts';

/** A sign and what it means. */
export interface Entry {
  readonly name: Words;
  /** Draws the sign, 22 pixels wide, from `x` on around the height `y`. */
  readonly sign: (x: number, y: number) => Markup;
}

const SIGN = 26;
const LINE = 18;
const GAP = 14;

/** Height that a legend takes. */
export function legendHeight(entries: readonly Entry[], width: number): number {
  return entries.length === 0 ? 0 : lines(entries, width).length * LINE + 4;
}

/** Entries side by side, in as many lines as they need. */
export function legend(entries: readonly Entry[], left: number, top: number, width: number): Markup {
  return joined(
    lines(entries, width).flatMap((line, i) =>
      line.flatMap(({ entry, x }) => {
        const y = top + i * LINE + 10;
        const room = width - x - SIGN;
        return [
          entry.sign(left + x, y),
          label(left + x + SIGN, y + 4, entry.name, { size: SIZE.tick, room }),
        ];
      }),
    ),
  );
}

function lines(entries: readonly Entry[], width: number): { entry: Entry; x: number }[][] {
  const done: { entry: Entry; x: number }[][] = [];
  let x = Infinity;
  for (const entry of entries) {
    const needed = SIGN + Math.min(widthOf(spoken(entry.name), SIZE.tick), width - SIGN);
    if (x + needed > width) {
      done.push([]);
      x = 0;
    }
    done.at(-1)!.push({ entry, x });
    x += needed + GAP;
  }
  return done;
}
