import { checkFlag, checkFunction } from '../base/check.ts';
import { checkOptions } from '../base/options.ts';
import type { Program } from '../ir/program.ts';
import { bundle } from './bundle.ts';
import { fuse } from './fuse.ts';
import { checkGraph, type Graph, readGraph } from './graph.ts';
import { plan } from './plan.ts';
import { simplify } from './simplify.ts';
import { verify } from './verify.ts';

/** What the backend that will run a program can do, and whether to check the program. */
export interface CompileOptions {
  /** Whether the backend has a kernel for the fusion or the bundle of that name; by default it has none. */
  readonly fuses?: (op: string) => boolean;
  /** Check the program's invariants; by default only with GLIA_CHECK=1. */
  readonly check?: boolean;
}

/**
 * A graph as a program, by the passes in order.
 *
 * Cost: a few milliseconds for a network of ten layers; once for each batch size.
 *
 * @throws {OptionError | ShapeError} for what is not a graph of tensors, and for unknown options.
 * @throws {ProgramError} when a carried leaf and its next value do not fit, or the program breaks an invariant, if
 * it is checked.
 * @example
 * const program = compile({ fetch: { y }, carry: [] });
 */
export function compile(graph: Graph, options: CompileOptions = {}): Program {
  const own = checkOptions('compile', options, ['fuses', 'check']);
  const { fuses = () => false, check = process.env['GLIA_CHECK'] === '1' } = own;
  checkFunction('compile', 'fuses', fuses);
  checkFlag('compile', 'check', check);
  const read = readGraph(graph);
  checkGraph(read);
  const names = Object.keys(read.fetch);
  const outputs = [...Object.values(read.fetch), ...read.carry.flat()];
  const small = fuse(simplify(outputs), fuses);
  const pairs = small.slice(names.length);
  const fetch = Object.fromEntries(names.map((name, i) => [name, small[i]!]));
  const carry = read.carry.map((_, i) => [pairs[2 * i]!, pairs[2 * i + 1]!] as const);
  const planned = plan({ fetch, carry }, fuses);
  const program = bundle(planned, fuses);
  if (check) verify(program);
  return program;
}

export type { Graph } from './graph.ts';
