import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from 'rolldown/utils';
import { describe, expect, test } from 'vitest';
import { type Fault, faults } from './mutants/faults.mjs';

const root = join(import.meta.dirname, '..');

/** What the project's copy would read with the fault in it. */
function planted({ file, find, replace }: Fault): string {
  return readFileSync(join(root, file), 'utf8').replace(find, () => replace);
}

const HALF_WORD = /^\w\w$/;

describe('every planted fault can be tried', () => {
  test.each(faults)('$name', (fault) => {
    const { file, find, replace, tests, native = false } = fault;
    const text = readFileSync(join(root, file), 'utf8');
    expect(text.split(find), `"${find}" stands once in ${file}`).toHaveLength(2);
    expect(replace).not.toBe(find);
    // C++ is not parsed here: what begins or ends in the middle of a word leaves half of it behind.
    const at = text.indexOf(find);
    expect(HALF_WORD.test(text.slice(at - 1, at + 1)), 'begins in a word').toBe(false);
    expect(HALF_WORD.test(text.slice(at + find.length - 1, at + find.length + 1)), 'ends in a word').toBe(
      false,
    );
    expect(native).toBe(/^native\/|^CMakeLists/.test(file));
    expect(tests.length).toBeGreaterThan(0);
    for (const path of tests) expect(existsSync(join(root, path)), path).toBe(true);
    if (/\.(ts|mjs)$/.test(file)) expect(parseSync(file, planted(fault)).errors).toEqual([]);
  });

  test('under a name of its own', () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  });
});
