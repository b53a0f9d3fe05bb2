import { compile, type Graph } from '../../src/compile/compile.ts';
import type { Program } from '../../src/ir/program.ts';
import { fed, stored, type Tensor } from '../../src/ir/tensor.ts';
import type { Optimizer } from '../../src/optim/index.ts';
import { backendOf, type Judge } from './evaluate.ts';

/** One update of a parameter `p` by a fed gradient `g`, as a training step has it. */
export function updateGraph(
  optimizer: Optimizer,
  shape: readonly number[],
): { graph: Graph; leaves: Tensor[] } {
  const param = stored('p', shape);
  const state = Object.fromEntries(
    Object.keys(optimizer.state).map((name) => [name, stored(`p.${name}`, shape)]),
  );
  const scalars = Object.fromEntries(
    Object.keys(optimizer.scalars(1, 0.1)).map((name) => [name, fed(name, [])]),
  );
  const next = optimizer.update(param, fed('g', shape), state, scalars);
  const carried = Object.entries(state).map(([name, leaf]) => [leaf, next.state[name]!] as const);
  return {
    graph: { fetch: {}, carry: [[param, next.param], ...carried] },
    leaves: [param, ...Object.values(state)],
  };
}

/** The update as a checked program. */
export function updateProgram(optimizer: Optimizer, shape: readonly number[]): Program {
  return compile(updateGraph(optimizer, shape).graph, { check: true });
}

/** A parameter after each update, by one gradient an update. */
export function trajectory(
  optimizer: Optimizer,
  params: readonly number[],
  grads: readonly (readonly number[])[],
  judge: Judge,
): number[][] {
  const backend = backendOf(judge);
  const shape = [params.length];
  const storage = backend.createStorage();
  for (const name of ['p', ...Object.keys(optimizer.state).map((key) => `p.${key}`)]) {
    storage.allocate({ name, shape, dtype: 'f32' });
    const start = optimizer.state[name.slice(2)];
    storage.write(name, start === undefined ? params : params.map(() => start));
  }
  const runnable = backend.prepare(updateProgram(optimizer, shape), storage);
  const after = grads.map((grad, step) => {
    const scalars = optimizer.scalars(step + 1, optimizer.schedule.at(step, grads.length));
    const feeds = Object.fromEntries(
      Object.entries(scalars).map(([name, value]) => [name, Float64Array.of(value)]),
    );
    runnable.runSync(1, { g: Float64Array.from(grad), ...feeds });
    return [...storage.read('p')];
  });
  runnable.dispose();
  return after;
}
