import { ascending, descending } from '../base/order.ts';

/** Arena offsets are multiples of this many 4-byte words: one cache line. */
export const ALIGNMENT = 16;

/** Memory that something needs from unit `birth` to unit `death`, inclusive. */
export interface Span {
  readonly size: number;
  readonly birth: number;
  readonly death: number;
}

/**
 * Offsets in one arena such that spans that live at the same time do not overlap: the largest first, each at the
 * lowest place that is free during its life.
 *
 * @returns the offset of each span, in words, and the length of the arena.
 */
export function layOut(spans: readonly Span[]): { offsets: number[]; length: number } {
  const offsets = new Array<number>(spans.length).fill(0);
  const placed: number[] = [];
  let length = 0;
  const bySize = spans
    .map((_, i) => i)
    .sort((a, b) => descending(spans[a]!.size, spans[b]!.size) || ascending(a, b));
  for (const i of bySize) {
    const span = spans[i]!;
    const neighbours = placed
      .filter((j) => spans[j]!.birth <= span.death && span.birth <= spans[j]!.death)
      .sort((a, b) => ascending(offsets[a]!, offsets[b]!));
    let offset = 0;
    for (const j of neighbours) {
      if (offset + roundUp(span.size) <= offsets[j]!) break;
      offset = Math.max(offset, offsets[j]! + roundUp(spans[j]!.size));
    }
    offsets[i] = offset;
    placed.push(i);
    length = Math.max(length, offset + roundUp(span.size));
  }
  return { offsets, length };
}

function roundUp(words: number): number {
  return Math.max(1, Math.ceil(words / ALIGNMENT)) * ALIGNMENT;
}
