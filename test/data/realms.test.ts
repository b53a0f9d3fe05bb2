import { runInNewContext } from 'node:vm';
import { describe, expect, test } from 'vitest';
import { parseIdx } from '../../src/data/index.ts';
import { draftOf } from '../../src/io/durable.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/io/safetensors.ts';

/** The same bytes, made in another realm. */
const foreign = (bytes: Uint8Array): Uint8Array => {
  const other = runInNewContext(`new Uint8Array(${bytes.length})`) as Uint8Array;
  other.set(bytes);
  return other;
};

describe('bytes of another realm', () => {
  test('are an IDX file', () => {
    const bytes = Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 2, 7, 9);
    expect(parseIdx(foreign(bytes))).toEqual({ data: Uint8Array.of(7, 9), shape: [2] });
  });

  test('are safetensors', () => {
    const bytes = encodeSafetensors({ w: { shape: [2], data: Float32Array.of(1, -2) } });
    expect(decodeSafetensors(foreign(bytes)).tensors.get('w')?.data).toEqual(Float32Array.of(1, -2));
  });

  test('are content of a file', () => {
    expect(draftOf(foreign(Uint8Array.of(1, 2)))).toEqual({ pieces: [Uint8Array.of(1, 2)], bytes: 2 });
  });
});
