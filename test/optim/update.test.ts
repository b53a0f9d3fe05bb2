import { describe, expect, test } from 'vitest';
import { grad } from '../../src/compile/autodiff.ts';
import { compile, type Graph } from '../../src/compile/compile.ts';
import { printProgram } from '../../src/ir/print.ts';
import { fed, stored, type Tensor } from '../../src/ir/tensor.ts';
import * as ops from '../../src/ops/index.ts';
import { adam, adamw, clipGradients, type Optimizer } from '../../src/optim/index.ts';
import { optimizers } from '../support/made.ts';
import { updateGraph, updateProgram } from '../support/trajectory.ts';

const RULES = optimizers(0.1).map(([name, make]) => [name, make()] as const);

describe('an update', () => {
  test.each(RULES)('%s is one region, in place', (_, rule) => {
    const { steps, buffers } = updateProgram(rule, [5, 3]);
    expect(steps.map(({ kind }) => kind)).toEqual(['region']);
    const [region] = steps;
    const written =
      region?.kind === 'region' ? region.outputs.map(({ buffer }) => buffers[buffer]!.place) : [];
    const carried = ['p', ...Object.keys(rule.state).map((name) => `p.${name}`)].map((name) => ({
      stored: name,
    }));
    expect(written).toHaveLength(carried.length);
    expect(written).toEqual(expect.arrayContaining(carried));
  });

  test.each(RULES)('%s stays in place whatever the order of what it carries', (_, rule) => {
    const { graph } = updateGraph(rule, [5, 3]);
    const program = compile({ ...graph, carry: [...graph.carry].reverse() }, { check: true });
    expect(program.steps.map(({ kind }) => kind)).toEqual(['region']);
  });

  test('adamw is as short as its formula', () => {
    expect(printProgram(updateProgram(adamw(), [5, 3]))).toMatchInlineSnapshot(`
      "arena 128
      constant @48[] = 0.9
      constant @64[] = 0.09999999999999998
      constant @80[] = 0.999
      constant @96[] = 0.0010000000000000009
      feed @16[] = keep
      feed @32[] = rate
      feed @0[5, 3] = g
      feed @112[] = eps
      region [15]
        %0 = @16[] by [0]
        %1 = p[5, 3] by [1]
        %2 = p.m[5, 3] by [1]
        %3 = @48[] by [0]
        %4 = @0[5, 3] by [1]
        %5 = @64[] by [0]
        %6 = p.v[5, 3] by [1]
        %7 = @80[] by [0]
        %8 = @96[] by [0]
        %9 = @112[] by [0]
        %10 = @32[] by [0]
        %11 = mul(%0,%1)
        %12 = mul(%2,%3)
        %13 = mul(%4,%5)
        %14 = add(%12,%13)
        %15 = mul(%6,%7)
        %16 = mul(%4,%4)
        %17 = mul(%16,%8)
        %18 = add(%15,%17)
        %19 = sqrt(%18)
        %20 = add(%19,%9)
        %21 = div(%14,%20)
        %22 = mul(%10,%21)
        %23 = sub(%11,%22)
        p.m[5, 3] = %14
        p.v[5, 3] = %18
        p[5, 3] = %23"
    `);
  });
});

/** A training step of a net of two layers: what `trainStep` traces, small. */
function netGraph(rule: Optimizer): Graph {
  const params = [stored('w1', [8, 4]), stored('b1', [8]), stored('w2', [2, 8]), stored('b2', [2])];
  const [w1, b1, w2, b2] = params as [Tensor, Tensor, Tensor, Tensor];
  const hidden = ops.tanh(ops.add(ops.matmul(fed('x', [6, 4]), w1, { transB: true }), b1));
  const logits = ops.add(ops.matmul(hidden, w2, { transB: true }), b2);
  const loss = ops.mean(ops.softmaxCrossEntropy(logits, fed('y', [6], 'i32')));
  const grads = clipGradients(grad(loss, params), rule);
  const scalars = Object.fromEntries(Object.keys(rule.scalars(1, 0.1)).map((name) => [name, fed(name, [])]));
  const carry = params.flatMap((param, i): (readonly [Tensor, Tensor])[] => {
    const path = ['w1', 'b1', 'w2', 'b2'][i]!;
    const state = Object.fromEntries(
      Object.keys(rule.state).map((name) => [name, stored(`${path}.${name}`, param.shape)]),
    );
    const next = rule.update(param, grads[i]!, state, scalars);
    return [
      [param, next.param],
      ...Object.entries(state).map(([name, leaf]) => [leaf, next.state[name]!] as const),
    ];
  });
  return { fetch: { loss }, carry };
}

describe('a training step', () => {
  test.each(RULES)('%s updates each parameter in one region, without a copy', (_, rule) => {
    const { steps, buffers } = compile(netGraph(rule), { check: true });
    expect(steps.filter(({ kind }) => kind === 'copy')).toEqual([]);
    const updates = steps.flatMap((step) => {
      const region = step.kind === 'kernel' ? step.epilogue : step.kind === 'region' ? step : undefined;
      const outputs = (region?.outputs ?? []).map(({ buffer }) => buffers[buffer]!.place);
      const names = outputs.flatMap((place) => ('stored' in place ? [place.stored] : []));
      return names.length > 0 ? [names.sort()] : [];
    });
    const carried = (path: string) =>
      [path, ...Object.keys(rule.state).map((name) => `${path}.${name}`)].sort();
    expect(updates.sort()).toEqual(['b1', 'b2', 'w1', 'w2'].map(carried));
  });

  test('an update follows on the gradient while that is in cache', () => {
    const { steps, buffers } = compile(netGraph(adam()), { check: true });
    const updates = steps.flatMap((step) => {
      const outputs = (step.kind === 'kernel' && step.epilogue?.outputs) || [];
      return outputs.some(({ buffer }) => 'stored' in buffers[buffer]!.place) ? [step] : [];
    });
    expect(updates).toHaveLength(4);
    // Nothing but the update reads a gradient.
    for (const step of updates) expect(step).toMatchObject({ inner: true });
  });

  test('clipping by norm waits for all gradients and adds no copy', () => {
    const { steps } = compile(netGraph(adamw({ clipNorm: 1, clipValue: 0.5 })), { check: true });
    expect(steps.filter(({ kind }) => kind === 'copy')).toEqual([]);
  });
});
