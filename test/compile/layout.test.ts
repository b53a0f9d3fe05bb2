import { expect, test } from 'vitest';
import { Random } from '../../src/base/random.ts';
import { ALIGNMENT, layOut, type Span } from '../../src/compile/layout.ts';

function randomSpans(seed: number): Span[] {
  const random = Random.of(seed, 'spans');
  return Array.from({ length: 1 + random.integer(30) }, () => {
    const birth = random.integer(20) - 1;
    return { size: random.integer(100), birth, death: birth + random.integer(8) };
  });
}

/** The first two spans that live at the same time and share a word, if there are any. */
function collision(spans: readonly Span[], offsets: readonly number[]): [number, number] | undefined {
  for (let i = 0; i < spans.length; i++) {
    for (let j = 0; j < i; j++) {
      const [a, b] = [spans[i]!, spans[j]!];
      const together = a.birth <= b.death && b.birth <= a.death;
      const apart = offsets[i]! + a.size <= offsets[j]! || offsets[j]! + b.size <= offsets[i]!;
      if (together && !apart) return [i, j];
    }
  }
  return undefined;
}

test('spans that live at the same time share no word, in 1000 random cases', () => {
  for (let seed = 0; seed < 1000; seed++) {
    const spans = randomSpans(seed);
    const { offsets, length } = layOut(spans);
    expect(collision(spans, offsets), `seed ${seed}`).toBeUndefined();
    expect(spans.every(({ size }, i) => offsets[i]! + size <= length && offsets[i]! % ALIGNMENT === 0)).toBe(
      true,
    );
  }
});

test('spans one after the other take the same place', () => {
  const spans = [0, 1, 2, 3].map((unit) => ({ size: 40, birth: unit, death: unit }));
  expect(layOut(spans)).toEqual({ offsets: [0, 0, 0, 0], length: 48 });
});

test('an empty span has a place of its own, so that no two values share an address', () => {
  const { offsets } = layOut([
    { size: 0, birth: 0, death: 1 },
    { size: 0, birth: 0, death: 1 },
  ]);
  expect(new Set(offsets).size).toBe(2);
});

test('nothing needs no memory', () => expect(layOut([])).toEqual({ offsets: [], length: 0 }));
