import { describe, expect, test } from 'vitest';
import { GliaError, OptionError } from '../../src/base/errors.ts';
import { choose } from '../../src/base/options.ts';
import { inferColumns, Prepared, parseIdx } from '../../src/data/index.ts';
import { stored } from '../../src/ir/tensor.ts';
import * as losses from '../../src/loss/index.ts';
import * as nn from '../../src/nn/index.ts';
import * as optim from '../../src/optim/index.ts';

type Call = (...values: readonly unknown[]) => unknown;

describe('optimizerOf', () => {
  const { update, state, scalars, schedule, config, accumulate, name } = optim.adam();
  const whole = { update, state, scalars, schedule, config, accumulate, name };

  test('takes an optimizer that has every part, by whatever way', () => {
    class Own {
      readonly update = update;
      readonly state = state;
      readonly schedule = schedule;
      readonly config = config;
      readonly accumulate = accumulate;
      readonly name = 'own';
      scalars(t: number, learningRate: number) {
        return scalars(t, learningRate);
      }
    }
    const own = new Own();
    expect(optim.optimizerOf(whole)).toBe(whole);
    expect(optim.optimizerOf(own)).toBe(own);
  });

  test.each(Object.keys(whole))('refuses one without %s', (part) => {
    for (const wrong of [undefined, null, Symbol('x')]) {
      expect(() => optim.optimizerOf({ ...whole, [part]: wrong } as never)).toThrow(OptionError);
    }
  });

  test('says what is missing', () => {
    expect(() => optim.optimizerOf({ name, update } as never)).toThrowErrorMatchingInlineSnapshot(`
      [OptionError: optimizer: parts are missing or of another type
        wanted config: object, schedule: object, accumulate: number, state: object, scalars: function
        got    name, update
        hint   copy what is the same from another: { ...adam(), update }]
    `);
  });

  test('refuses a schedule that has no rate, and half a batch', () => {
    expect(() => optim.optimizerOf({ ...whole, schedule: {} } as never)).toThrow(OptionError);
    expect(() => optim.optimizerOf({ ...whole, accumulate: 0.5 })).toThrow(OptionError);
  });
});

const g = [stored('g', [2])];
test.each<[string, () => unknown]>([
  ['optimizer: must be a name, got 5', () => choose('optimizer', 5 as never, { adam: 1 })],
  ['optimizer: must be a name, got null', () => choose('optimizer', null as never, { adam: 1 })],
  ['mse: reduction: must be a name, got an object', () => losses.mse({ reduction: {} as never })],
  [
    'plateau: monitor must be a name of the history, got 1',
    () => optim.plateau({ initial: 1, monitor: 1 as never }),
  ],
  ['globalNorm: the list of gradients is empty', () => optim.globalNorm([])],
  ['globalNorm: gradients must be a list of tensors', () => optim.globalNorm(g[0] as never)],
  ['globalNorm: grads[1] must be a tensor, got 5', () => optim.globalNorm([g[0]!, 5 as never])],
  ['clipByValue: gradients must be a list of tensors', () => optim.clipByValue(null as never, 1)],
  ['clipByGlobalNorm: grads[0] must be a tensor', () => optim.clipByGlobalNorm([null as never], 1)],
  ['clipGradients: options must be an object, got undefined', () => (optim.clipGradients as Call)([])],
  ['clipGradients: options must be an object, got null', () => optim.clipGradients(g, null as never)],
  ['clipGradients: gradients must be a list', () => optim.clipGradients(undefined as never, {})],
  ['fans: wanted the shape of a weight', () => nn.init.fans(null as never)],
  ['fans: wanted the shape of a weight', () => nn.init.fans([2, Number.NaN])],
  ['table: 5 is not a table', () => inferColumns(5 as never, 'y')],
  ['parseIdx: wanted a Uint8Array', () => parseIdx([] as never)],
  ['parseIdx: wanted a Uint8Array', () => parseIdx(null as never)],
  ['columns: what is learned is not made with new', () => Reflect.construct(Prepared, [{}])],
  ['columns: what is learned is not made with new', () => Reflect.construct(Prepared, [])],
])('%s', (message, call) => {
  expect(call).toThrow(GliaError);
  expect(call).toThrow(message);
});
