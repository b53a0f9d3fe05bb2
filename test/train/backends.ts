import type { BackendName } from 'glia';
import { describe } from 'vitest';
import { noAddon } from '../backend/programs.ts';

/** Whether the addon has been built; it is an error to ask for it with GLIA_BACKEND=native and not have it. */
export const hasNative: boolean = !noAddon;

/** The backends that tests run on. */
export const backends: readonly BackendName[] = hasNative ? ['typescript', 'native'] : ['typescript'];

/** A group of tests for each backend; where there is no addon, that of the native one is shown as skipped. */
export function describeBackends(name: string, tests: (backend: BackendName) => void): void {
  for (const backend of ['typescript', 'native'] as const) {
    describe.skipIf(!backends.includes(backend))(`${name}, ${backend} backend`, () => tests(backend));
  }
}
