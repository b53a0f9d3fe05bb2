import type { Arrays, Backend, Runnable, Storage } from '../backend/backend.ts';
import type { NumberArray } from '../base/dtype.ts';
import { GliaError } from '../base/errors.ts';
import { compile, type Graph } from '../compile/compile.ts';
import { isRowwise } from '../compile/rowwise.ts';

/** A compiled program, and which arrays it takes. */
export interface Compiled {
  readonly runnable: Runnable;
  readonly feeds: readonly string[];
  /** Whether the engine still keeps it: who remembers a program asks before using it. */
  readonly live: boolean;
}

type Kept = { -readonly [K in keyof Compiled]: Compiled[K] };

/** Programs that an engine keeps, and bytes that they may hold; those that were not used for longest make room. */
const KEPT = 64;
const KEPT_BYTES = 2 ** 29;

/** Batch sizes of a purpose that get programs of just their size, before others are rounded up. */
const EXACT = 8;

/** A program for at least as many rows as there are. */
export interface Sized {
  readonly program: Compiled;
  readonly rows: number;
}

/** What is known of a purpose with many batch sizes. */
interface Purpose {
  readonly exact: Set<number>;
  /** Undefined until it is asked for. */
  rowwise: boolean | undefined;
}

/** 1, 2, 3, 4, 6, 8, 12, 16, …: the first that is not less than `rows`. */
export function roundedUp(rows: number): number {
  let size = 1;
  while (size < rows) size *= 2;
  return 0.75 * size >= rows ? Math.ceil(0.75 * size) : size;
}

/**
 * A backend, a storage, and the programs that were compiled for it: one for each purpose and batch size. Calls run
 * one after the other, so that a prediction asked for during training waits for the steps in flight.
 */
export class Engine {
  readonly backend: Backend;
  readonly storage: Storage;
  readonly #programs = new Map<string, Kept>();
  readonly #purposes = new Map<string, Purpose>();
  #bytes = 0;
  #last: Promise<unknown> = Promise.resolve();
  /** Calls that are not done. */
  #waiting = 0;

  constructor(backend: Backend) {
    this.backend = backend;
    this.storage = backend.createStorage();
  }

  /** The program of that key; traced and compiled when it is asked for the first time. */
  program(key: string, trace: () => Graph): Compiled {
    const known = this.#programs.get(key);
    if (known !== undefined) {
      this.#programs.delete(key);
      this.#programs.set(key, known);
      return known;
    }
    const program = compile(trace(), { fuses: (op) => this.backend.fuses(op) });
    const runnable = this.backend.prepare(program, this.storage);
    const compiled = { runnable, feeds: program.feeds.map(({ name }) => name), live: true };
    this.#programs.set(key, compiled);
    this.#bytes += runnable.bytes;
    while (this.#programs.size > 1 && (this.#programs.size > KEPT || this.#bytes > KEPT_BYTES))
      this.#drop(this.#programs.keys().next().value!);
    return compiled;
  }

  /**
   * The program of a purpose for a batch. The first few sizes get programs of their own; others are rounded up, so that
   * any sequence of sizes compiles a handful of them, unless rows of the graph depend on each other. What is fed then
   * has more rows than there are, and what is fetched too. `judged` is the graph without what may depend on all rows.
   */
  sized(purpose: string, rows: number, trace: (rows: number) => Graph, judged = trace): Sized {
    const known: Purpose = this.#purposes.get(purpose) ?? { exact: new Set(), rowwise: undefined };
    this.#purposes.set(purpose, known);
    const size = known.exact.has(rows) || known.exact.size < EXACT ? rows : roundedUp(rows);
    if (size !== rows) known.rowwise ??= isRowwise(judged);
    const chosen = known.rowwise === false ? rows : size;
    if (known.exact.size < EXACT) known.exact.add(rows);
    return { program: this.program(`${purpose} ${chosen}`, () => trace(chosen)), rows: chosen };
  }

  /** Bytes that the programs hold which are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Forgets the programs whose key begins with `prefix`, and frees what they hold. */
  forget(prefix: string): void {
    for (const key of [...this.#programs.keys()]) if (key.startsWith(prefix)) this.#drop(key);
    for (const purpose of [...this.#purposes.keys()])
      if (purpose.startsWith(prefix)) this.#purposes.delete(purpose);
  }

  #drop(key: string): void {
    const kept = this.#programs.get(key)!;
    this.#programs.delete(key);
    this.#bytes -= kept.runnable.bytes;
    kept.live = false;
    // At once, since somebody may predict many times in one turn of the event loop; but a call in flight still uses it.
    if (this.#waiting === 0) kept.runnable.dispose();
    else void this.#last.then(() => kept.runnable.dispose());
  }

  /** Runs `steps` steps when all earlier calls are done; arrays that the program does not take are left out. */
  run({ runnable, feeds }: Compiled, steps: number, arrays: Arrays): Promise<Arrays> {
    return this.exclusive(() => runnable.run(steps, pick(arrays, feeds)));
  }

  /** Runs `work` when all earlier calls are done. */
  exclusive<T>(work: () => Promise<T> | T): Promise<T> {
    this.#waiting++;
    const done = () => {
      this.#waiting--;
    };
    const turn = this.#last.then(work);
    this.#last = turn.then(done, done);
    return turn;
  }

  /**
   * Refuses a call that runs at once while others wait for their turn, which it would overtake.
   *
   * @throws {GliaError} when there are some.
   */
  checkIdle(where: string): void {
    if (this.#waiting === 0) return;
    throw new GliaError('ERR_GLIA_STATE', `${where}: another call on the model is in flight`, {
      calls: this.#waiting,
      hint: 'await it first',
    });
  }
}

/** Those that a program takes. */
export function pick(arrays: Arrays, names: readonly string[]): Record<string, NumberArray> {
  return Object.fromEntries(names.map((name) => [name, arrays[name]!]));
}
