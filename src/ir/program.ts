import type { DType } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { Attrs } from './op.ts';

/**
 * What a backend runs: plain data, printable, without a reference to the graph it came from. Tensors are indices
 * into `buffers`; `steps` run in order, once for each step of a run.
 */
export interface Program {
  readonly buffers: readonly Buffer[];
  /** Length of the arena, in 4-byte words. */
  readonly arena: number;
  /** Written into the arena once, before the first run. */
  readonly constants: readonly { readonly buffer: number; readonly value: number }[];
  /** Copied into the arena before each step, from the caller's arrays. */
  readonly feeds: readonly { readonly name: string; readonly buffer: number }[];
  readonly steps: readonly Step[];
  /** Copied out of the program after each step, into the caller's arrays. */
  readonly fetches: readonly { readonly name: string; readonly buffer: number }[];
}

/** A tensor's place: in the program's arena, or in storage under a name. */
export interface Buffer {
  readonly place: { readonly arena: number } | { readonly stored: string };
  readonly shape: Shape;
  readonly dtype: DType;
  /** The buffer whose value this one is under another shape. */
  readonly viewOf?: number;
}

/** One call of a backend's kernel. */
export type Step = KernelStep | RegionStep | CopyStep;

/** A kernel of the op table, and the elementwise ops that follow on what it has computed. */
export interface KernelStep {
  readonly kind: 'kernel';
  readonly op: string;
  readonly inputs: readonly number[];
  readonly output: number;
  /** Outputs behind the first, of a bundle of kernels. */
  readonly more?: readonly number[];
  readonly attrs: Attrs;
  /**
   * A region over the elements of the output, which it reads as one of its inputs. A backend may run it on each block
   * of the output as soon as that is finished, so it writes nothing that the kernel reads.
   */
  readonly epilogue?: Region;
  /** Nothing but the epilogue reads the output, so that a backend need not write it to its place. */
  readonly inner?: true;
  /** Layer that the step belongs to, for messages and profiles. */
  readonly path: string;
}

/**
 * Elementwise ops that run together, tile by tile. Every value has `dims` elements (all outputs are contiguous);
 * an input is read with `strides`, 0 along an axis that it is repeated on. Values are numbered: first the inputs,
 * then the result of each op of `body`, or its `results` where a bundle of ops has several.
 */
export interface Region {
  readonly dims: readonly number[];
  readonly inputs: readonly { readonly buffer: number; readonly strides: readonly number[] }[];
  readonly body: readonly {
    readonly op: string;
    readonly args: readonly number[];
    /** Default 1. */
    readonly results?: number;
  }[];
  readonly outputs: readonly { readonly buffer: number; readonly value: number }[];
}

/** A region that is a step of its own. */
export interface RegionStep extends Region {
  readonly kind: 'region';
  readonly path: string;
}

/** A copy of a whole buffer, for carried values that could not be computed in place. */
export interface CopyStep {
  readonly kind: 'copy';
  readonly from: number;
  readonly to: number;
  readonly path: string;
}
