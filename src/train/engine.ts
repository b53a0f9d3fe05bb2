import type { Arrays, Backend, Runnable, Storage } from '../backend/backend.ts';
import type { NumberArray } from '../base/dtype.ts';
import { compile, type Graph } from '../compile/compile.ts';

/** A compiled program, and which arrays it takes. */
export interface Compiled {
  readonly runnable: Runnable;
  readonly feeds: readonly string[];
  /** Whether the engine still keeps it: who remembers a program asks before using it. */
  readonly live: boolean;
}

type Kept = { -readonly [K in keyof Compiled]: Compiled[K] };

/** Programs that an engine keeps; the one that was not used for longest makes room. */
const KEPT = 64;

/**
 * A backend, a storage, and the programs that were compiled for it: one for each purpose and batch size. Calls run
 * one after the other, so that a prediction asked for during training waits for the steps in flight.
 */
export class Engine {
  readonly backend: Backend;
  readonly storage: Storage;
  readonly #programs = new Map<string, Kept>();
  #last: Promise<unknown> = Promise.resolve();

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
    if (this.#programs.size > KEPT) this.#drop(this.#programs.keys().next().value!);
    return compiled;
  }

  /** Forgets the programs whose key begins with `prefix`, and frees what they hold. */
  forget(prefix: string): void {
    for (const key of [...this.#programs.keys()]) if (key.startsWith(prefix)) this.#drop(key);
  }

  #drop(key: string): void {
    const kept = this.#programs.get(key)!;
    this.#programs.delete(key);
    kept.live = false;
    // A call in flight still uses it.
    void this.exclusive(() => kept.runnable.dispose());
  }

  /** Runs `steps` steps when all earlier calls are done; arrays that the program does not take are left out. */
  run({ runnable, feeds }: Compiled, steps: number, arrays: Arrays): Promise<Arrays> {
    return this.exclusive(() => runnable.run(steps, pick(arrays, feeds)));
  }

  /** Runs `work` when all earlier calls are done. */
  exclusive<T>(work: () => Promise<T> | T): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

function pick(arrays: Arrays, names: readonly string[]): Record<string, NumberArray> {
  return Object.fromEntries(names.map((name) => [name, arrays[name]!]));
}
