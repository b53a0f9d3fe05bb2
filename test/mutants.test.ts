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

describe('every planted fault can be tried', () => {
  test.each(faults)('$name', (fault) => {
    const { file, find, replace, tests, native = false } = fault;
    const text = readFileSync(join(root, file), 'utf8');
    expect(text.split(find), `"${find}" stands once in ${file}`).toHaveLength(2);
    expect(replace).not.toBe(find);
    expect(native).toBe(/^native\/|^CMakeLists/.test(file));
    expect(tests.length).toBeGreaterThan(0);
    for (const path of tests) expect(existsSync(join(root, path)), path).toBe(true);
    if (/\.(ts|mjs)$/.test(file)) expect(parseSync(file, planted(fault)).errors).toEqual([]);
  });

  test('under a name of its own', () => {
    expect(new Set(faults.map(({ name }) => name)).size).toBe(faults.length);
  });
});
