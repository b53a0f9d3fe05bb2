import { describe, expect, test } from 'vitest';
import { GliaError, OptionError } from '../src/base/errors.ts';
import * as nn from '../src/nn/index.ts';
import * as ops from '../src/ops/index.ts';
import { ENTRIES, type Reachable, reachable } from './support/exported.ts';
import { LAYER_SAMPLES } from './support/layer-samples.ts';
import { plainOf, plainOfLayer } from './support/plain.ts';
import { INSTANCES, knownIn, neededOptions, optionsIn, rightFor } from './support/right-arguments.ts';

/**
 * Options of every function that takes some: it refuses names that it does not know and says which one was meant, it
 * takes no options that are no object, and what `Object.prototype` holds is no option. The functions are found by what they call the
 * parameter, so that a new one is tried without being named here.
 */

/** What the parameter is called. */
const OPTIONS = ['options', 'given', 'definition', '...given', '...rest'];
/** `glia/unstable` is what the others are made of. */
const TRIED = ENTRIES.filter((entry) => entry !== 'glia/unstable');
/** They read what they know of an object that is something else as well, such as an optimizer. */
const READ_MORE = ['glia: clipGradients'];

type Call = (options: unknown) => unknown;

interface Taking {
  readonly path: string;
  readonly call: Call;
  /** Options that it is known not to go without. */
  readonly right: object;
  /** Names of its options. */
  readonly known: readonly string[];
  /** It answers at once, not by a promise. */
  readonly atOnce: boolean;
}

/** A function as one of its options alone, the rest of its arguments being right. */
function asCall(one: Reachable): Pick<Taking, 'call' | 'right'> | undefined {
  if (one.name.startsWith('new ') || READ_MORE.includes(one.path)) return undefined;
  if (!TRIED.some((entry) => one.path.startsWith(`${entry}: `))) return undefined;
  const instance = one.methodOf === undefined ? undefined : INSTANCES[one.methodOf];
  if (one.methodOf !== undefined && instance === undefined) return undefined;
  const word = one.parameters.findIndex((name) => OPTIONS.includes(name));
  if (word < 0) return undefined;
  const right = rightFor(one);
  const at = one.parameters[word]!.startsWith('...') ? (optionsIn(right).at(-1)?.[0] ?? word) : word;
  return {
    call: (options) => one.call.apply(instance, [...right.slice(0, at), options, ...right.slice(at + 1)]),
    right: (right[at] ?? {}) as object,
  };
}

async function taking(): Promise<Taking[]> {
  const all: Taking[] = [];
  for (const one of await reachable()) {
    const found = asCall(one);
    if (found === undefined) continue;
    const { error, atOnce } = await refusal(() => found.call({ ...found.right, '?': 1 }));
    all.push({ path: one.path, ...found, known: knownIn(error), atOnce });
  }
  return all;
}

/** The error of a call, and whether it was thrown before anything is waited for. */
async function refusal(call: () => unknown): Promise<{ error: unknown; atOnce: boolean }> {
  try {
    const answer: unknown = call();
    const error: unknown = await Promise.resolve(answer).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    return { error, atOnce: false };
  } catch (error) {
    return { error, atOnce: true };
  }
}

const functions = await taking();

describe.each(functions)('$path', ({ call, right, known }) => {
  test('says which options it knows', () => {
    expect(known.length).toBeGreaterThan(0);
    expect(new Set(known).size).toBe(known.length);
  });

  test('refuses a misspelt option with the right one', async () => {
    for (const name of known) {
      const { error } = await refusal(() => call({ ...right, [`${name}x`]: 1 }));
      expect(error, name).toBeInstanceOf(OptionError);
      expect((error as OptionError).facts.hint, name).toBe(`did you mean "${name}"?`);
    }
  });

  test.each([[null], ['x'], [Symbol('x')], [true], [5], [[]], [() => 1]])(
    'refuses %s for options',
    async (wrong) => {
      const { error } = await refusal(() => call(wrong));
      expect(error).toBeInstanceOf(OptionError);
    },
  );
});

/** Some of these would be taken for an option, and some refused. */
const VALUES: readonly unknown[] = [0.5, 1, true, 'sum', 'tanh', [0]];

/** What is made while `Object.prototype` holds `name`, as plain data, for nothing else may run meanwhile. */
function polluted(name: string, value: unknown, made: () => unknown): unknown {
  Object.defineProperty(Object.prototype, name, {
    value,
    configurable: true,
    enumerable: true,
    writable: true,
  });
  try {
    return made();
  } catch (error) {
    return error instanceof GliaError ? error.message : error;
  } finally {
    Reflect.deleteProperty(Object.prototype, name);
  }
}

function expectUnpolluted(known: readonly string[], made: () => unknown): void {
  const wanted = made();
  for (const name of known)
    for (const value of VALUES)
      expect(polluted(name, value, made), `${name}: ${String(value)}`).toEqual(wanted);
}

describe('a polluted Object.prototype', () => {
  const layers = Object.entries(LAYER_SAMPLES).flatMap(([maker, samples]) =>
    Object.entries(samples).map(([what, sample]) => [`${maker}, ${what}`, maker, sample] as const),
  );
  // A layer is compared as it is traced, over what its sample takes. Pictures only show, and read plain data as it comes.
  const atOnce = functions.filter(
    ({ path, atOnce }) =>
      atOnce && !/^glia\/plot: /.test(path) && !(path.replace('glia: ', '') in LAYER_SAMPLES),
  );

  test.each(atOnce)('$path', ({ call, right, known }) => {
    const needed = neededOptions(call, right);
    expectUnpolluted(known, () => plainOf(call({ ...needed })));
  });

  test.each(layers)('%s', (_name, maker, sample) => {
    const { known } = functions.find(({ path }) => path === `glia: ${maker}`)!;
    expectUnpolluted(known, () => plainOfLayer(sample, {}));
  });

  test.each(['init', 'regularizer'])('%s is no option of a custom parameter', (name) => {
    const params = () =>
      nn
        .layer({
          params: () => ({ w: [4], v: { shape: [4] } }),
          apply: ({ w, v }, y) => ops.add(y, ops.mul(w, v)),
        })
        .params([4]);
    const value = name === 'init' ? 'ones' : nn.l2(1);
    const kept = polluted(name, value, () =>
      Object.values(params()).map((spec) => [spec.init.name, spec.regularizer]),
    );
    expect(kept).toEqual(Object.values(params()).map((spec) => [spec.init.name, spec.regularizer]));
  });
});
