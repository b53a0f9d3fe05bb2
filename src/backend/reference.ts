import { arrayFor, type NumberArray, type Precision } from '../base/dtype.ts';
import { BackendError } from '../base/errors.ts';
import { allocating } from '../base/memory.ts';
import { choose } from '../base/options.ts';
import { sizeOf } from '../base/shape.ts';
import { byName, findOp, type View } from '../ir/op.ts';
import type { KernelStep, Program, Step } from '../ir/program.ts';
import type { Arrays, Backend, Mailbox, Runnable, Slot, Storage } from './backend.ts';
import { bindRegion } from './region.ts';
import { checkRoom } from './room.ts';

/** The event loop gets a turn after this many milliseconds of runs, whether of a long one or of many short ones. */
const TURN = 10;

/** Memory that a storage may adopt. */
const rooms = new WeakSet<ArrayBufferLike>();

const PRECISIONS: Readonly<Record<Precision, true>> = { float32: true, float64: true };

/** When it last got one. */
let turned = 0;

/**
 * The backend in TypeScript: runs the op table's own kernels. It is the fallback where there is no addon and, in
 * float64, the judge of gradients and of the native backend.
 *
 * @throws {OptionError} for another precision.
 */
export function createReference(precision: Precision = 'float32'): Backend {
  choose('createReference: precision', precision, PRECISIONS);
  return {
    name: 'typescript',
    fuses: () => false,
    createStorage: () => new ReferenceStorage(precision),
    room(length) {
      const room = arrayFor('f32', length) as Float32Array;
      rooms.add(room.buffer);
      return room;
    },
    prepare: (program, storage) => new ReferenceRunnable(program, storage as ReferenceStorage, precision),
    describe: () => `TypeScript, ${precision}, 1 thread`,
  };
}

class ReferenceStorage implements Storage {
  readonly #slots = new Map<string, NumberArray>();
  readonly #precision: Precision;
  /** Set while a run goes on. */
  busy = false;

  constructor(precision: Precision) {
    this.#precision = precision;
  }

  allocate({ name, shape, dtype }: Slot): void {
    const size = sizeOf(shape);
    const array = allocating(`allocate ${name}`, size, () => arrayFor(dtype, size, this.#precision));
    this.#slots.set(name, array);
  }

  adopt({ name, shape }: Slot, values: Float32Array): boolean {
    if (this.#precision !== 'float32' || values.length !== sizeOf(shape)) return false;
    if (values.byteLength !== values.buffer.byteLength || !rooms.delete(values.buffer)) return false;
    this.#slots.set(name, values);
    return true;
  }

  has(name: string): boolean {
    return this.#slots.has(name);
  }

  write(name: string, values: ArrayLike<number>, offset = 0): void {
    this.#idle(`write ${name}`);
    const slot = this.array(name);
    if (offset + values.length > slot.length) {
      throw new BackendError(`${name}: ${values.length} values at ${offset} do not fit into ${slot.length}`);
    }
    slot.set(values, offset);
  }

  read(name: string): NumberArray {
    this.#idle(`read ${name}`);
    return this.array(name).slice();
  }

  release(name: string): void {
    this.#slots.delete(name);
  }

  array(name: string): NumberArray {
    const slot = this.#slots.get(name);
    if (slot === undefined) throw new BackendError(`there is no stored tensor ${name}`);
    return slot;
  }

  #idle(what: string): void {
    if (this.busy)
      throw new BackendError(`${what}: a run is using this storage`, { hint: 'await the run first' });
  }
}

class ReferenceRunnable implements Runnable {
  readonly bytes: number;
  readonly #program: Program;
  readonly #storage: ReferenceStorage;
  readonly #precision: Precision;
  readonly #views: readonly View[];
  readonly #steps: readonly (() => void)[];
  #mailbox: Mailbox | undefined;

  constructor(program: Program, storage: ReferenceStorage, precision: Precision) {
    this.bytes = checkRoom(program);
    this.#program = program;
    this.#storage = storage;
    this.#precision = precision;
    this.#views = makeViews(program, storage, precision);
    for (const { buffer, value } of program.constants) this.#views[buffer]!.data.fill(value);
    this.#steps = program.steps.map((step) => bind(step, this.#views, precision));
  }

  async run(steps: number, feeds: Arrays): Promise<Arrays> {
    const owned = Object.fromEntries(Object.entries(feeds).map(([name, array]) => [name, array.slice()]));
    const fetched = this.#begin(steps, owned);
    try {
      for (let k = 0; k < steps; k++) {
        this.#step(k, owned, fetched);
        if (performance.now() - turned < TURN) continue;
        await new Promise((resolve) => setImmediate(resolve));
        turned = performance.now();
      }
    } finally {
      this.#storage.busy = false;
    }
    return fetched;
  }

  runSync(steps: number, feeds: Arrays): Arrays {
    const fetched = this.#begin(steps, feeds);
    try {
      for (let k = 0; k < steps; k++) this.#step(k, feeds, fetched);
    } finally {
      this.#storage.busy = false;
    }
    return fetched;
  }

  mailbox(): Mailbox {
    this.#mailbox ??= this.#openMailbox();
    return this.#mailbox;
  }

  dispose(): void {}

  #openMailbox(): Mailbox {
    const room = (ports: Program['feeds']) =>
      Object.fromEntries(
        ports.map(({ name, buffer }) => {
          const { dtype, shape } = this.#program.buffers[buffer]!;
          return [name, arrayFor(dtype, sizeOf(shape), this.#precision)];
        }),
      );
    const [feeds, fetches] = [room(this.#program.feeds), room(this.#program.fetches)];
    const step = () => {
      this.#take();
      try {
        this.#step(0, feeds, fetches);
      } finally {
        this.#storage.busy = false;
      }
    };
    return { feeds, fetches, step };
  }

  #take(): void {
    if (this.#storage.busy)
      throw new BackendError('a run is using this storage', { hint: 'await the run first' });
    this.#storage.busy = true;
  }

  #begin(steps: number, feeds: Arrays): Record<string, NumberArray> {
    for (const { name, buffer } of this.#program.feeds) {
      const wanted = steps * this.#views[buffer]!.data.length;
      const got = feeds[name]?.length;
      if (got !== wanted)
        throw new BackendError(`feed ${name} holds ${got ?? 'nothing'}, wanted ${wanted} numbers`);
    }
    const fetched = Object.fromEntries(
      this.#program.fetches.map(({ name, buffer }) => {
        const { dtype } = this.#program.buffers[buffer]!;
        return [name, arrayFor(dtype, steps * this.#views[buffer]!.data.length, this.#precision)];
      }),
    );
    this.#take();
    return fetched;
  }

  #step(k: number, feeds: Arrays, fetched: Arrays): void {
    for (const { name, buffer } of this.#program.feeds) {
      const { data } = this.#views[buffer]!;
      data.set(feeds[name]!.subarray(k * data.length, (k + 1) * data.length));
    }
    for (const step of this.#steps) step();
    for (const { name, buffer } of this.#program.fetches) {
      const { data } = this.#views[buffer]!;
      fetched[name]!.set(data, k * data.length);
    }
  }
}

/** The memory of each buffer: a stored array, or a piece of the arena, which is one for both types where they are as long. */
function makeViews(program: Program, storage: ReferenceStorage, precision: Precision): View[] {
  const f32 = arrayFor('f32', program.arena, precision);
  const apart = f32.BYTES_PER_ELEMENT !== Int32Array.BYTES_PER_ELEMENT;
  const i32 = apart ? arrayFor('i32', program.arena) : new Int32Array(f32.buffer);
  const arenas = { f32, i32 };
  return program.buffers.map(({ place, shape, dtype }) => ({
    shape,
    data:
      'stored' in place
        ? storage.array(place.stored)
        : arenas[dtype].subarray(place.arena, place.arena + sizeOf(shape)),
  }));
}

function bind(step: Step, views: readonly View[], precision: Precision): () => void {
  if (step.kind === 'copy') return () => views[step.to]!.data.set(views[step.from]!.data);
  if (step.kind === 'region') return bindRegion(step, views, precision);
  const kernel = bindKernel(step, views);
  if (step.epilogue === undefined) return kernel;
  const epilogue = bindRegion(step.epilogue, views, precision);
  return () => {
    kernel();
    epilogue();
  };
}

function bindKernel({ op, inputs, output, attrs }: KernelStep, views: readonly View[]): () => void {
  const entry = findOp(op);
  if (entry === undefined) throw new BackendError(`there is no op ${op}`);
  const x = byName(
    entry,
    inputs.map((input) => views[input]!),
  );
  return () => entry.kernel(x, views[output]!, attrs);
}
