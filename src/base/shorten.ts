/**
 * The text, or as much of its beginning and its end as fits, with "…" between; or of its beginning alone. `widthOf` has no
 * width for nothing, and a sum for texts behind each other.
 */
export function shortenTo(
  text: string,
  room: number,
  widthOf: (text: string) => number,
  where: 'middle' | 'end' = 'middle',
): string {
  if (widthOf(text) <= room) return text;
  // What a reader takes for one character is kept whole, and so are numbers: 26 is not 426.
  const all = withNumbers([...graphemes(text)]);
  let left = room - widthOf('…');
  let [head, tail] = [0, 0];
  if (where === 'middle') {
    tail = numbered(all, left, widthOf);
    left -= widthOf(all.slice(all.length - tail).join(''));
  }
  while (head + tail < all.length) {
    // Three of the beginning for two of the end, where names of a family differ.
    const first = where === 'end' || 2 * head <= 3 * tail;
    left -= widthOf(first ? all[head]! : all[all.length - 1 - tail]!);
    if (left < 0) break;
    if (first) head++;
    else tail++;
  }
  const [start, end] = [all.slice(0, head).join(''), all.slice(all.length - tail).join('')];
  return `${start.trimEnd()}…${end.trimStart()}`;
}

/**
 * How many characters at the end are kept first: from the last number on, which is what members of a family differ by,
 * as in `group 12 (north)`.
 */
function numbered(all: readonly string[], room: number, widthOf: (text: string) => number): number {
  const at = all.findLastIndex((unit) => /\d/.test(unit));
  return at >= 0 && widthOf(all.slice(at).join('')) <= room ? all.length - at : 0;
}

/** Columns of a terminal, taking each code point for one. */
export function columnsOf(text: string): number {
  return [...text].length;
}

/** What a reader takes for one character each. */
export function* graphemes(text: string): Iterable<string> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) yield segment;
}

/** Made when it is first needed: it loads data. */
let segmenter: Intl.Segmenter | undefined;

/** Characters, but each number as one. */
function withNumbers(all: readonly string[]): string[] {
  const units: string[] = [];
  for (const [i, unit] of all.entries()) {
    const goes = /^\d$/.test(unit) && /^[\d.]$/.test(all[i - 1] ?? '') && /\d/.test(units.at(-1)!);
    const point = unit === '.' && /\d$/.test(units.at(-1) ?? '') && /^\d$/.test(all[i + 1] ?? '');
    if (goes || point) units[units.length - 1] += unit;
    else units.push(unit);
  }
  return units;
}
