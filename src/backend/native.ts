import { constants } from 'node:buffer';
import { arrayFor, type DType, type NumberArray } from '../base/dtype.ts';
import { BackendError, type GliaError, ProgramError } from '../base/errors.ts';
import { allocating } from '../base/memory.ts';
import { sizeOf } from '../base/shape.ts';
import { allOps } from '../ir/op.ts';
import type { Program } from '../ir/program.ts';
import '../ops/index.ts';
import type { Arrays, Backend, Mailbox, Runnable, Slot, Storage } from './backend.ts';
import { encode } from './encode.ts';
import { link, type Opcodes, type Signatures } from './link.ts';
import { checkRoom } from './room.ts';

/** Something that lives in the addon. */
type Handle = object;

/** What the addon says about itself. */
export interface AddonFacts extends Signatures {
  /** The glia that it was built from; the first addons did not say. */
  readonly version?: string;
  /** The BLAS in its own words: `OpenBLAS 0.3.21 … MAX_THREADS=64`. */
  readonly blas: string;
  /** Kernels that the BLAS chose for this processor, and that it uses now. */
  readonly coreFound: string;
  readonly core: string;
  /** Whether those in use are made for far older processors. */
  readonly slowCore: boolean;
  /** Instruction set of the kernels of our own: base, avx2 or avx512. */
  readonly isa: string;
}

/** What the machine can do at best with so many threads: operations, seconds and bytes, a second where it is a rate. */
export interface MachineLimits {
  /** Threads that took part. */
  readonly threads: number;
  /** Floating-point operations a second in registers, a multiply-add counted as two. */
  readonly flops: number;
  /** Seconds until all threads have met and gone on. */
  readonly barrier: number;
  /** Bytes a second that all threads move, each in `bytes` of its own: reads alone, and STREAM's triad. */
  readonly bandwidth: readonly { readonly bytes: number; readonly read: number; readonly triad: number }[];
}

/**
 * Measures what this machine could do, on the calling thread and as many more as are wanted. Bandwidths, which take up
 * to half a gigabyte of memory, are left out when it is about arithmetic alone.
 */
export function machineLimits(
  addon: Addon,
  threads: number,
  milliseconds: number,
  arithmeticAlone = false,
): MachineLimits {
  const [count, flops, barrier, ...rest] = addon.limits(threads, milliseconds, arithmeticAlone);
  const bandwidth = Array.from({ length: rest.length / 3 }, (_, i) => {
    return { bytes: rest[3 * i]!, read: rest[3 * i + 1]!, triad: rest[3 * i + 2]! };
  });
  return { threads: count!, flops: flops!, barrier: barrier!, bandwidth };
}

/** The addon's exports; the other side is `native/src/addon.cc`. Errors carry a code. */
export interface Addon {
  describe(): AddonFacts;
  /**
   * Measures each limit for some milliseconds, on the calling thread and others: threads, operations and barrier of
   * {@link MachineLimits}, then three numbers for each entry of bandwidth, unless it is about arithmetic alone.
   */
  limits(threads: number, milliseconds: number, arithmeticAlone?: boolean): readonly number[];
  allocate(words: number): Handle;
  release(slot: Handle): void;
  /** The memory of a slot as a buffer that keeps it; once a slot. */
  view(slot: Handle): ArrayBuffer;
  /** Takes a buffer from JavaScript: whatever looks at it is empty then. */
  detach(buffer: ArrayBuffer): void;
  write(slot: Handle, values: NumberArray, offset: number): void;
  read(slot: Handle, into: NumberArray): void;
  prepare(code: Float64Array, slots: readonly Handle[], threads: number, all: boolean): Handle;
  dispose(program: Handle): void;
  /** Runs in the background, on copies of the feeds; `collect` takes the result. */
  run(program: Handle, steps: number, feeds: readonly NumberArray[]): Promise<Handle>;
  collect(result: Handle, fetches: readonly NumberArray[]): void;
  runSync(
    program: Handle,
    steps: number,
    feeds: readonly NumberArray[],
    fetches: readonly NumberArray[],
  ): void;
  /** A function that runs one step with these arrays, which must never be detached. */
  bind(program: Handle, feeds: readonly NumberArray[], fetches: readonly NumberArray[]): () => void;
}

/** Slots whose memory JavaScript fills before a storage adopts them. */
const rooms = new WeakMap<ArrayBuffer, Handle>();

/**
 * The backend in C++ over a BLAS. Runs go on on threads of its own; programs that are too small to share run on
 * one, unless `all` threads are to take part, as in tests. The bits do not depend on the number of threads.
 *
 * @throws {LinkError} when the addon's kernels are not those of the op table.
 */
export function createNative(addon: Addon, threads: number, all = false): Backend {
  const facts = addon.describe();
  const opcodes = link(allOps(), facts);
  return {
    name: 'native',
    fuses: (op) => opcodes.has(op),
    createStorage: () => new NativeStorage(addon),
    room(length) {
      // Node.js makes no buffer of such memory beyond its limit: storages copy.
      if (4 * length > constants.MAX_LENGTH) return arrayFor('f32', length) as Float32Array;
      const handle = allocating('room', length, () => guarded('room', () => addon.allocate(length)));
      try {
        const buffer = addon.view(handle);
        rooms.set(buffer, handle);
        return new Float32Array(buffer);
      } catch {
        // Where JavaScript may not see memory of others, as in Electron, storages copy.
        return arrayFor('f32', length) as Float32Array;
      }
    },
    prepare(program, storage) {
      if (!(storage instanceof NativeStorage))
        throw new BackendError('the storage belongs to another backend');
      return new NativeRunnable(addon, program, storage, opcodes, { threads, all });
    },
    limited: (most) => createNative(addon, Math.min(threads, most), all),
    describe: () => `${describeBlas(facts)}, ${threads} thread${threads === 1 ? '' : 's'}`,
  };
}

function describeBlas({ blas, core }: AddonFacts): string {
  const version = blas.split(' ').slice(0, 2).join(' ');
  return core === '' ? version : `${version} ${core}`;
}

interface Stored extends Slot {
  readonly size: number;
  readonly handle: Handle;
}

class NativeStorage implements Storage {
  readonly #addon: Addon;
  readonly #slots = new Map<string, Stored>();

  constructor(addon: Addon) {
    this.#addon = addon;
  }

  allocate({ name, shape, dtype }: Slot): void {
    const size = sizeOf(shape);
    const handle = allocating(`allocate ${name}`, size, () =>
      guarded(`allocate ${name}`, () => this.#addon.allocate(size)),
    );
    this.#place({ name, shape, dtype, size, handle });
  }

  adopt({ name, shape, dtype }: Slot, { buffer, byteLength }: Float32Array): boolean {
    if (!(buffer instanceof ArrayBuffer)) return false;
    const handle = rooms.get(buffer);
    const size = sizeOf(shape);
    if (
      handle === undefined ||
      dtype !== 'f32' ||
      4 * size !== byteLength ||
      byteLength !== buffer.byteLength
    )
      return false;
    rooms.delete(buffer);
    guarded(`adopt ${name}`, () => this.#addon.detach(buffer));
    this.#place({ name, shape, dtype, size, handle });
    return true;
  }

  #place(slot: Stored): void {
    this.release(slot.name);
    this.#slots.set(slot.name, slot);
  }

  has(name: string): boolean {
    return this.#slots.has(name);
  }

  write(name: string, values: ArrayLike<number>, offset = 0): void {
    const { dtype, size, handle } = this.stored(name);
    if (!Number.isSafeInteger(offset) || offset < 0 || offset + values.length > size) {
      throw new BackendError(`${name}: ${values.length} values at ${offset} do not fit into ${size}`);
    }
    guarded(`write ${name}`, () => this.#addon.write(handle, asTyped(values, dtype), offset));
  }

  read(name: string): NumberArray {
    const { dtype, size, handle } = this.stored(name);
    const values = arrayFor(dtype, size);
    guarded(`read ${name}`, () => this.#addon.read(handle, values));
    return values;
  }

  release(name: string): void {
    const slot = this.#slots.get(name);
    if (slot === undefined) return;
    this.#slots.delete(name);
    this.#addon.release(slot.handle);
  }

  stored(name: string): Stored {
    const slot = this.#slots.get(name);
    if (slot === undefined) throw new BackendError(`there is no stored tensor ${name}`);
    return slot;
  }
}

/** A fed or fetched tensor. */
interface Port {
  readonly name: string;
  readonly dtype: DType;
  readonly size: number;
}

/** How many threads there are, and whether all of them must take part. */
interface Crew {
  readonly threads: number;
  readonly all: boolean;
}

class NativeRunnable implements Runnable {
  readonly bytes: number;
  readonly #addon: Addon;
  readonly #handle: Handle;
  readonly #feeds: readonly Port[];
  readonly #fetches: readonly Port[];
  #mailbox: Mailbox | undefined;

  constructor(
    addon: Addon,
    program: Program,
    storage: NativeStorage,
    opcodes: Opcodes,
    { threads, all }: Crew,
  ) {
    this.#addon = addon;
    checkStored(program, storage);
    const { code, slots } = encode(program, opcodes);
    this.bytes = checkRoom(program);
    const handles = slots.map((name) => storage.stored(name).handle);
    this.#handle = guarded('prepare', () => addon.prepare(code, handles, threads, all));
    const port = ({ name, buffer }: Program['feeds'][number]): Port => {
      const { shape, dtype } = program.buffers[buffer]!;
      return { name, dtype, size: sizeOf(shape) };
    };
    this.#feeds = program.feeds.map(port);
    this.#fetches = program.fetches.map(port);
  }

  async run(steps: number, feeds: Arrays): Promise<Arrays> {
    const given = this.#given(steps, feeds);
    const fetched = this.#room(steps);
    try {
      this.#addon.collect(await this.#addon.run(this.#handle, steps, given), fetched);
    } catch (error) {
      throw translate('run', error);
    }
    return named(this.#fetches, fetched);
  }

  runSync(steps: number, feeds: Arrays): Arrays {
    const given = this.#given(steps, feeds);
    const fetched = this.#room(steps);
    guarded('run', () => this.#addon.runSync(this.#handle, steps, given, fetched));
    return named(this.#fetches, fetched);
  }

  mailbox(): Mailbox {
    this.#mailbox ??= this.#openMailbox();
    return this.#mailbox;
  }

  dispose(): void {
    this.#addon.dispose(this.#handle);
  }

  #openMailbox(): Mailbox {
    const ports = [...this.#feeds, ...this.#fetches];
    // Views on one buffer: a short array of its own would lie in the garbage collector's heap, which moves things.
    const buffer = new ArrayBuffer(ports.reduce((bytes, { size }) => bytes + lines(size), 0));
    let at = 0;
    const views = ports.map(({ dtype, size }): NumberArray => {
      const start = at;
      at += lines(size);
      return dtype === 'i32' ? new Int32Array(buffer, start, size) : new Float32Array(buffer, start, size);
    });
    const feeds = views.slice(0, this.#feeds.length);
    const fetches = views.slice(this.#feeds.length);
    const bound = guarded('bind', () => this.#addon.bind(this.#handle, feeds, fetches));
    const step = () => {
      try {
        bound();
      } catch (error) {
        throw translate('run', error);
      }
    };
    return { feeds: named(this.#feeds, feeds), fetches: named(this.#fetches, fetches), step };
  }

  #given(steps: number, feeds: Arrays): NumberArray[] {
    if (!Number.isSafeInteger(steps) || steps < 0) throw new BackendError(`cannot run ${steps} steps`);
    return this.#feeds.map(({ name, dtype, size }) => {
      const array = Object.hasOwn(feeds, name) ? feeds[name] : undefined;
      const wanted = steps * size;
      if (array?.length !== wanted) {
        throw new BackendError(`feed ${name} holds ${array?.length ?? 'nothing'}, wanted ${wanted} numbers`);
      }
      return asTyped(array, dtype);
    });
  }

  #room(steps: number): NumberArray[] {
    return this.#fetches.map(({ name, dtype, size }) =>
      guarded(`fetch ${name}`, () => arrayFor(dtype, steps * size)),
    );
  }
}

function named(ports: readonly Port[], arrays: readonly NumberArray[]): Arrays {
  return Object.fromEntries(ports.map(({ name }, i) => [name, arrays[i]!]));
}

/** Bytes of whole cache lines that hold so many numbers. */
function lines(size: number): number {
  return 64 * Math.ceil(size / 16);
}

function checkStored(program: Program, storage: NativeStorage): void {
  for (const { place, shape, dtype } of program.buffers) {
    if (!('stored' in place)) continue;
    const slot = storage.stored(place.stored);
    if (slot.size !== sizeOf(shape) || slot.dtype !== dtype) {
      throw new ProgramError(`stored tensor ${place.stored} is not what the program was compiled for`, {
        wanted: `${sizeOf(shape)} ${dtype}`,
        got: `${slot.size} ${slot.dtype}`,
      });
    }
  }
}

/** The numbers in the array type that the addon reads: as they are, or a copy. */
function asTyped(values: ArrayLike<number>, dtype: DType): NumberArray {
  const Typed = dtype === 'i32' ? Int32Array : Float32Array;
  if (values instanceof Typed) return values;
  return allocating('a copy', values.length, () => new Typed(values));
}

function guarded<T>(what: string, call: () => T): T {
  try {
    return call();
  } catch (error) {
    throw translate(what, error);
  }
}

/** The addon's error as one of glia's, by its code. */
function translate(what: string, error: unknown): GliaError {
  const { code, message } = error as { code?: unknown; message: string };
  if (code === 'BUSY') return new BackendError(`${what}: ${message}`, { hint: 'await the run first' });
  if (code === 'PROGRAM') return new ProgramError(`${what}: ${message}`);
  return new BackendError(`${what}: ${message}`, {}, error);
}
