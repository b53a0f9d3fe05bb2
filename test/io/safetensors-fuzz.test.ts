import { expect, test } from 'vitest';
import { FileError } from '../../src/base/errors.ts';
import { decodeSafetensors, encodeSafetensors, type Safetensors } from '../../src/io/safetensors.ts';
import { bits } from './safetensors-files.ts';
import { mutant } from './safetensors-mutants.ts';

function decode(bytes: Uint8Array): Safetensors | FileError {
  try {
    return decodeSafetensors(bytes, { at: 'mutant' });
  } catch (error) {
    if (error instanceof FileError && error.facts.at === 'mutant') return error;
    throw error;
  }
}

test('a damaged file gives a FileError, or tensors that are the whole file', () => {
  let read = 0;
  const mutants = 6000;
  for (let seed = 0; seed < mutants; seed++) {
    const bytes = mutant(seed);
    const copy = Buffer.from(bytes);
    const found = decode(bytes);
    if (!bytes.equals(copy)) throw new Error(`mutant ${seed} was written to`);
    if (found instanceof FileError) continue;
    read++;
    const again = decodeSafetensors(encodeSafetensors(found.tensors, found.metadata), { at: 'again' });
    expect(bits(again.tensors), `mutant ${seed}`).toEqual(bits(found.tensors));
    expect(new Map(again.metadata)).toEqual(new Map(found.metadata));
  }
  // Most mutations are in headers and break them; those in names and numbers do not.
  expect(read).toBeGreaterThan(mutants / 50);
  expect(read).toBeLessThan(mutants / 2);
  expect('dtype' in {}).toBe(false);
});

test('every file cut short is refused, and every file with a byte too many', () => {
  const bytes = encodeSafetensors({ x: { shape: [3], data: Float32Array.of(1, 2, 3) } }, { epoch: '3' });
  for (let length = 0; length < bytes.length; length++) {
    expect(decode(bytes.subarray(0, length))).toBeInstanceOf(FileError);
  }
  expect(decode(Buffer.concat([bytes, Buffer.alloc(1)]))).toBeInstanceOf(FileError);
});
