import type { DType, NumberArray } from '../base/dtype.ts';
import type { Shape } from '../base/shape.ts';
import type { Program } from '../ir/program.ts';

/** Which backend computes. */
export type BackendName = 'native' | 'typescript';

/** A tensor of a storage, by name. */
export interface Slot {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** Named tensors that outlive a run: weights, optimizer state, data. Memory belongs to the backend. */
export interface Storage {
  /** Makes a zeroed tensor. A tensor of the same name is replaced; programs prepared before keep the old one. */
  allocate(slot: Slot): void;
  /**
   * Makes a tensor of numbers that lie in what the backend's `room` gave, without a copy; false when they lie elsewhere.
   * They belong to the storage from then on, and `values` may be empty.
   */
  adopt(slot: Slot, values: Float32Array): boolean;
  has(name: string): boolean;
  /** Copies `values` in, from element `offset` on. Throws BackendError while a run that uses the tensor goes on. */
  write(name: string, values: ArrayLike<number>, offset?: number): void;
  /** A copy of the tensor's numbers. */
  read(name: string): NumberArray;
  /** Forgets a tensor; its memory is freed when no prepared program uses it. */
  release(name: string): void;
}

/** Arrays by name. For a run of k steps each holds k times the tensor's elements, step after step. */
export type Arrays = Readonly<Record<string, NumberArray>>;

/**
 * A program's way in and out for single steps: arrays that stay the same, so that a step makes and looks up nothing.
 * They belong to the program and must not be handed on, since who has one could detach it.
 */
export interface Mailbox {
  readonly feeds: Arrays;
  readonly fetches: Arrays;
  /** Runs one step from `feeds` to `fetches`, at once on the calling thread. Throws BackendError as `runSync` does. */
  readonly step: () => void;
}

/** A program bound to a storage. Calls must not overlap with other calls on the same storage. */
export interface Runnable {
  /** Bytes that it holds beside what is stored. */
  readonly bytes: number;
  /** Runs `steps` steps away from the event loop where the backend can. Feeds are copied before it returns. */
  run(steps: number, feeds: Arrays): Promise<Arrays>;
  /** The same, on the calling thread. */
  runSync(steps: number, feeds: Arrays): Arrays;
  /** For many single steps; the same at each call. */
  mailbox(): Mailbox;
  /** Frees what the program holds. */
  dispose(): void;
}

/** What computes programs. It knows no layer, no gradient and no op by name. */
export interface Backend {
  readonly name: BackendName;
  /** Whether named fusion `op` has a kernel of its own here. */
  fuses(op: string): boolean;
  createStorage(): Storage;
  /** Floats to be filled, of which a storage can make a tensor without a copy. */
  room(length: number): Float32Array;
  /** Binds a program to its tensors. Throws BackendError when it needs more memory than there is. */
  prepare(program: Program, storage: Storage): Runnable;
  /** The same on at most so many threads, where there may be several. */
  limited?(threads: number): Backend;
  /** What computes, for people: `OpenBLAS 0.3.21 SkylakeX, 2 threads`. */
  describe(): string;
}
