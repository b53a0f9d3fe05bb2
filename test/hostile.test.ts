import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual as isEqual } from 'node:util';
import { GliaError, type Model } from 'glia';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { reachable } from './support/exported.ts';
import { HOSTILE, isTheirs, Trap } from './support/hostile.ts';
import { classifier, INSTANCES, knownIn, net, optionsIn, rightFor } from './support/right-arguments.ts';

/**
 * Whatever comes as an argument, the answer is a value or an error of glia's, and a call that is refused changes nothing.
 * Every function of every entry point is found by itself and tried: what stands in its other positions is looked up by
 * the names of its parameters, or under its own name where these do not say enough. The names of options are those that it says
 * it knows.
 */

/** Entry points that are tried. */
const TRIED = ['glia', 'glia/data', 'glia/callbacks', 'glia/testing'];

/** They call functions of rows, one or several by name, and let through what these throw. */
const OF_ROWS: readonly string[] = ['Table.derive', 'Table.map', 'Table.filter'];

interface Outcome {
  readonly value?: unknown;
  readonly error?: unknown;
}

/** What comes of a call, waited for; of a stream, its first items. */
async function outcomeOf(call: () => unknown): Promise<Outcome> {
  try {
    const value: unknown = call();
    const awaited = value instanceof Promise ? await value : value;
    if (typeof awaited === 'object' && awaited !== null && Symbol.asyncIterator in awaited) {
      for await (const item of awaited as AsyncIterable<unknown>) if (item !== undefined) break;
    }
    return { value: awaited };
  } catch (error) {
    return { error };
  }
}

/** What is wrong with an outcome; undefined for a value and an error of glia's. */
function complaint(name: string, hostile: string, { error }: Outcome): string | undefined {
  if (error === undefined) return undefined;
  // A function that was given is called, and what it throws is the caller's own.
  if (error instanceof Trap && hostile === 'throwing function') return undefined;
  if (OF_ROWS.includes(name) && isTheirs(error)) return undefined;
  if (!(error instanceof GliaError)) return String((error as Error)?.stack ?? error).slice(0, 400);
  const { cause } = error;
  if (!(cause instanceof TypeError || cause instanceof RangeError) || isTheirs(cause)) return undefined;
  return `as cause: ${cause.stack?.slice(0, 400)}`;
}

const functions = (await reachable()).filter(({ path }) =>
  TRIED.some((entry) => path.startsWith(`${entry}:`)),
);
const instances = new Map<string, unknown>(Object.entries({ ...INSTANCES, Model: classifier() }));

/** What decides what a model says and how it goes on. */
function stateOf({ session }: Model): unknown {
  const { engine, network, steps, epochs, loss } = session;
  const weights = network.params.map(({ path }) => [...engine.storage.read(path)]);
  return { weights, steps, epochs, loss: loss?.name };
}

describe('anything as any argument', () => {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'glia-hostile-'));
  beforeAll(async () => {
    // Files that calls write go here.
    process.chdir(folder);
    for (const f of functions) {
      if (f.methodOf !== undefined || f.name.startsWith('new ')) continue;
      const { value } = await outcomeOf(() => f.call(...rightFor(f)));
      const made = typeof value === 'object' ? (value?.constructor?.name ?? '') : '';
      if (!instances.has(made)) instances.set(made, value);
    }
  });
  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });

  test.each(functions)('$path', async (f) => {
    const right = rightFor(f);
    const wrong: string[] = [];
    const instance = f.methodOf === undefined ? undefined : instances.get(f.methodOf.split('.').at(-1)!);
    expect(f.methodOf === undefined || instance !== undefined, `nothing makes a ${f.methodOf}`).toBe(true);
    const models = [net, ...(f.methodOf === 'Model' ? [instance as Model] : [])];
    const attempt = async (what: string, hostile: string, given: readonly unknown[]): Promise<unknown> => {
      const before = models.map(stateOf);
      const outcome = await outcomeOf(() => f.call.apply(instance, given as unknown[]));
      const changed = outcome.error instanceof GliaError && !isEqual(models.map(stateOf), before);
      const why = changed ? 'refused, and the model has changed' : complaint(f.name, hostile, outcome);
      if (why !== undefined) wrong.push(`${what} is ${hostile}: ${why}`);
      return outcome.error;
    };
    const slots = Array.from({ length: Math.max(right.length, 1) }, (_, i) => right[i]);
    for (const { name, value } of HOSTILE) {
      for (const i of slots.keys()) await attempt(`argument ${i}`, name, slots.with(i, value));
      await attempt(
        'each argument',
        name,
        slots.map(() => value),
      );
    }
    for (const [i, base] of optionsIn(slots)) {
      const unknown = slots.with(i, { ...base, '?': 1 });
      const known = knownIn(await attempt(`argument ${i}`, 'an unknown option', unknown));
      for (const [key, { name, value }] of known.flatMap((key) => HOSTILE.map((one) => [key, one] as const)))
        await attempt(`option ${key}`, name, slots.with(i, { ...base, [key]: value }));
    }
    expect(wrong).toEqual([]);
  });
});
