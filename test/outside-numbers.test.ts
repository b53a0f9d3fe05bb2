import * as glia from 'glia';
import { describe, expect, test } from 'vitest';
import { exportedLosses, optimizerNames, scheduleNames } from './support/made.ts';
import { knownIn } from './support/right-arguments.ts';
import { code } from './support/sources.ts';

/**
 * What computes by a formula is compared with numbers of other programs or of closed forms. No test can find such numbers by
 * itself, so here it is seen that somebody gave them: the name stands where they are compared.
 */
const WHERE: Readonly<Record<string, readonly [path: string, names: readonly string[]]>> = {
  optimizers: ['test/optim/golden.test.ts', optimizerNames],
  schedules: ['test/optim/schedules.test.ts', [...scheduleNames, 'constant']],
  losses: ['test/loss/golden.test.ts', exportedLosses],
  activations: [
    'test/nn/golden.test.ts',
    glia.activations.activationNames.filter((name) => name !== 'linear' && name !== 'swish'),
  ],
  initialisers: ['test/nn/init.test.ts', namesKnown(() => glia.init.initializerOf('?' as never))],
  metrics: ['test/train/metrics.test.ts', functionsOf(glia.metrics).filter((name) => name !== 'topK')],
};

function functionsOf(module: object): string[] {
  return Object.entries(module).flatMap(([name, value]) =>
    typeof value === 'function' && !/^class\b/.test(String(value)) ? [name] : [],
  );
}

/** Names among which one that does not exist is looked for. */
function namesKnown(call: () => unknown): string[] {
  try {
    call();
  } catch (error) {
    return knownIn(error);
  }
  throw new Error('any name was taken');
}

describe.each(Object.entries(WHERE))('%s', (_what, [path, names]) => {
  test('are found', () => expect(names.length).toBeGreaterThan(5));

  test.each(names)(`%s has numbers to be compared with in ${path}`, (name) => {
    const text = code(path).replace(/^import [\s\S]*? from .*;$/gm, '');
    expect(new RegExp(`\\b${name}\\b`).test(text)).toBe(true);
  });
});

describe('what can be chosen by name', () => {
  test('every optimizer that is exported', () => {
    expect(namesKnown(() => glia.optimizerOf('?')).sort()).toEqual([...optimizerNames].sort());
  });

  test('every loss that is exported, from glia too', async () => {
    const { lossNames } = await import('../src/loss/index.ts');
    expect(exportedLosses.filter((name) => !lossNames.includes(name))).toEqual([]);
    expect(exportedLosses.filter((name) => !(name in glia))).toEqual([]);
  });
});
