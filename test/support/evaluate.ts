import { existsSync } from 'node:fs';
import type { Backend } from '../../src/backend/backend.ts';
import { loadBackend } from '../../src/backend/load.ts';
import { createReference } from '../../src/backend/reference.ts';
import { compile } from '../../src/compile/compile.ts';
import { toposort } from '../../src/compile/toposort.ts';
import type { Tensor } from '../../src/ir/tensor.ts';
import { runProgram } from './run-graph.ts';

/** Who computes: the reference backend in one of its precisions, or the addon. */
export type Judge = 'float64' | 'float32' | 'native';

/** Everyone who can compute here: the native backend only where its addon has been built. */
export const judges: readonly Judge[] = hasNative()
  ? ['float64', 'float32', 'native']
  : ['float64', 'float32'];

/** The backend of a judge. */
export function backendOf(judge: Judge): Backend {
  return judge === 'native' ? loadBackend('native') : createReference(judge);
}

/**
 * The numbers of some tensors, by way of the whole compiler: the graph becomes a checked program, fused as the
 * backend can, and runs for one step. `values` holds the numbers of each leaf, by its name.
 */
export function evaluate(
  outputs: readonly Tensor[],
  values: Readonly<Record<string, ArrayLike<number>>>,
  judge: Judge,
): number[][] {
  const backend = backendOf(judge);
  const fetch = Object.fromEntries(outputs.map((tensor, i) => [`y${i}`, tensor]));
  const program = compile({ fetch, carry: [] }, { check: true, fuses: (op) => backend.fuses(op) });
  const leaves = toposort(outputs);
  const { fetched } = runProgram(
    backend,
    program,
    leavesOf(leaves, 'stored'),
    leavesOf(leaves, 'fed'),
    values,
  );
  return outputs.map((_, i) => [...fetched[`y${i}`]!]);
}

function leavesOf(order: readonly Tensor[], role: 'stored' | 'fed'): Tensor[] {
  const found = new Map<string, Tensor>();
  for (const tensor of order) {
    if (tensor.origin.kind === 'leaf' && tensor.origin.role === role) found.set(tensor.origin.name, tensor);
  }
  return [...found.values()];
}

/** Whether the addon has been built; if it has, it must load, or the tests would pass without it. */
function hasNative(): boolean {
  if (!existsSync(new URL('../../build/Release/glia.node', import.meta.url))) return false;
  loadBackend('native');
  return true;
}
