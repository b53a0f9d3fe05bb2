import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { GliaError, type Model } from 'glia';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isA } from '../src/base/check.ts';
import { type Reachable, reachable } from './support/exported.ts';
import { HOSTILE, isOfCalled, isTheirs } from './support/hostile.ts';
import { instances, MADE_ELSEWHERE, models, rightFor } from './support/right.ts';
import { knownIn, optionsIn } from './support/right-arguments.ts';

/**
 * Whatever comes as an argument, the answer is a value or an error of glia's, and a call that is refused changes nothing.
 * Every function of every entry point is found by itself and tried: what stands in its other positions is in
 * `support/right.ts`. The names of options are those that it says it knows.
 */

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
function complaint({ error }: Outcome): string | undefined {
  // A function that was given is called, and what it throws is the caller's own.
  if (error === undefined || isOfCalled(error)) return undefined;
  if (!(error instanceof GliaError)) return String((error as Error)?.stack ?? error).slice(0, 400);
  // What reading a value throws is told as the cause. Anything else of the engine's there names a variable of glia's.
  const { cause } = error;
  if (!(cause instanceof TypeError || cause instanceof RangeError) || isTheirs(cause)) return undefined;
  return `as cause: ${cause.stack?.slice(0, 400)}`;
}

/** What decides what a model says and how it goes on, as text that is quick to compare. */
function stateOf({ session }: Model): string {
  const { engine, network, steps, epochs, loss } = session;
  const weights = network.params.map(({ path }) =>
    Buffer.from(engine.storage.read(path).buffer).toString('latin1'),
  );
  return [...weights, steps, epochs, loss?.name].join();
}

// A hundred thousand errors are made here, and Vitest asks for a hundred lines of stack of each.
Error.stackTraceLimit = 6;

const functions = await reachable();
const first = new Map<Reachable, Outcome>();
const weights = await Promise.all(models.map((model) => model.weights()));

/** Undoes what calls before have made of models. */
const restore = () => Promise.all(models.map((model, i) => model.setWeights(weights[i]!)));

describe('anything as any argument', () => {
  const home = process.cwd();
  const folder = mkdtempSync(join(tmpdir(), 'glia-hostile-'));
  beforeAll(async () => {
    // Files that calls write go here.
    process.chdir(folder);
    writeFileSync('rows.csv', 'a,b\n1,2\n');
    writeFileSync('labels.idx', Uint8Array.of(0, 0, 8, 1, 0, 0, 0, 1, 7));
    await models[0]!.save('model');
    const call = async (f: Reachable) => {
      await restore();
      const outcome = await outcomeOf(() => f.call.apply(instanceOf(f), rightFor(f) as unknown[]));
      first.set(f, outcome);
      const made = isA(outcome.value, Object) ? outcome.value.constructor.name : '';
      if (!instances.has(made)) instances.set(made, outcome.value);
    };
    // Methods come behind what makes the instances that they are of.
    for (const f of functions) if (f.methodOf === undefined) await call(f);
    for (const f of functions) if (f.methodOf !== undefined) await call(f);
  });
  afterAll(() => {
    process.chdir(home);
    rmSync(folder, { recursive: true, force: true });
  });

  // Where what is right is not, nothing behind the first check is tried.
  test.each(functions)('$path takes what is right', (f) => {
    expect(f.methodOf === undefined || instanceOf(f) !== undefined, `nothing makes a ${f.methodOf}`).toBe(
      true,
    );
    const { error } = first.get(f)!;
    if (MADE_ELSEWHERE.includes(f.name)) expect(String(error)).toMatch('is not made with new');
    else expect(error).toBe(undefined);
  });

  test.each(functions)('$path', async (f) => {
    await restore();
    const [right, instance] = [rightFor(f), instanceOf(f)];
    const wrong: string[] = [];
    let before = models.map(stateOf);
    const attempt = async (what: string, hostile: string, given: readonly unknown[]): Promise<unknown> => {
      const outcome = await outcomeOf(() => f.call.apply(instance, given as unknown[]));
      const after = models.map(stateOf);
      const changed = outcome.error instanceof GliaError && after.join() !== before.join();
      before = after;
      const why = changed ? 'refused, and the model has changed' : complaint(outcome);
      if (why !== undefined) wrong.push(`${what} is ${hostile}: ${why}`);
      return outcome.error;
    };
    const count = Math.max(right.length, f.parameters.length, 1);
    const slots = Array.from({ length: count }, (_, i) => right[i]);
    for (const { name, value } of HOSTILE) {
      for (const i of slots.keys()) await attempt(`argument ${i}`, name, slots.with(i, value));
      if (count === 1) continue;
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

/** What a method is called on. */
function instanceOf({ methodOf }: Reachable): unknown {
  return methodOf === undefined ? undefined : instances.get(methodOf.split('.').at(-1)!);
}
