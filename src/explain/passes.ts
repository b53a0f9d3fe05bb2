import type { Arrays } from '../backend/backend.ts';
import type { NumberArray } from '../base/dtype.ts';
import type { Tensor } from '../ir/tensor.ts';
import type { Session } from '../train/session.ts';
import type { ExplainOptions } from './options.ts';

/** Numbers that one call of the backend is fed at most, so that memory stays small and a call short. */
const NUMBERS = 1 << 20;
/** Rows of a step at most: enough for products to run at their full speed. */
const ROWS = 512;
/** Milliseconds of a call below which the next takes more steps, and above which it takes fewer. */
const [SHORT, LONG] = [10, 40];

/** A graph to be run over many rows. */
export interface Pass {
  /** Stands for the graph among the programs of the model: everything that decides it but the number of rows. */
  readonly key: string;
  /** All rows that go through. */
  readonly rows: number;
  /** Numbers fed for a row. */
  readonly width: number;
  /** Rows of a step at most; default 512. */
  readonly most?: number;
  /** The graph for a batch: what is fetched has a first axis of rows. */
  readonly trace: (batch: number) => Readonly<Record<string, Tensor>>;
  /**
   * Arrays that every step takes alike. Where it is given, if only as `{}`, `feed` gives rows alone, row behind row, and
   * a call takes several steps at once while they are short. No number depends on how many.
   */
  readonly each?: Arrays;
  /** The arrays of rows `from` to `from + count - 1`. */
  readonly feed: (from: number, count: number) => Record<string, NumberArray>;
  /** Takes what was fetched for them. */
  readonly take: (fetched: Arrays, from: number, count: number) => void;
  /** How many rows go forward and backward through the model for each of these; default once forward. */
  readonly cost?: { readonly forward: number; readonly backward: number };
}

/** Runs graphs over rows, some at a time, and counts what it costs. */
export class Passes {
  forward = 0;
  backward = 0;
  readonly #session: Session;
  readonly #options: ExplainOptions;
  readonly #started = performance.now();

  constructor(session: Session, options: ExplainOptions) {
    this.#session = session;
    this.#options = options;
  }

  /** Rows that went through the model, and milliseconds so far. */
  get cost(): { readonly forward: number; readonly backward: number; readonly ms: number } {
    return { forward: this.forward, backward: this.backward, ms: performance.now() - this.#started };
  }

  /** Adds what a method that was asked on the way has cost. */
  count({ forward, backward }: { readonly forward: number; readonly backward: number }): void {
    this.forward += forward;
    this.backward += backward;
  }

  /** Says how far the work is, where somebody listens. */
  report(share: number): void {
    this.#options.onProgress?.(share);
  }

  /** Throws the reason of an abort. */
  check(): void {
    if (this.#options.signal?.aborted) throw this.#options.signal.reason;
  }

  /** Runs a graph over all its rows. `share` maps the part of them that is done to that of the whole work. */
  async run(pass: Pass, share: (done: number) => number = (done) => done): Promise<void> {
    const { rows, width, most = ROWS, each } = pass;
    const { engine } = this.#session;
    const step = Math.max(1, Math.min(most, rows, Math.floor(NUMBERS / Math.max(1, width))));
    const room = each === undefined ? 1 : Math.max(1, Math.floor(NUMBERS / Math.max(1, step * width)));
    let steps = 1;
    for (let from = 0; from < rows; ) {
      this.check();
      const size = Math.min(step, rows - from);
      const turns = Math.min(steps, room, Math.floor((rows - from) / size));
      const count = turns * size;
      const program = engine.program(`explain ${pass.key} ${size}`, () => ({
        fetch: pass.trace(size),
        carry: [],
      }));
      const started = performance.now();
      const arrays = { ...repeated(each, turns), ...pass.feed(from, count) };
      pass.take(await engine.run(program, turns, arrays), from, count);
      const taken = performance.now() - started;
      if (taken < SHORT) steps = 2 * turns;
      if (taken > LONG) steps = Math.max(1, turns >> 1);
      const { forward, backward } = pass.cost ?? { forward: 1, backward: 0 };
      this.forward += count * forward;
      this.backward += count * backward;
      from += count;
      this.report(share(from / rows));
    }
  }
}

/** Arrays behind themselves, once for each step. */
function repeated(each: Arrays | undefined, steps: number): Record<string, NumberArray> {
  return Object.fromEntries(
    Object.entries(each ?? {}).map(([name, array]) => {
      const all = new Float32Array(steps * array.length);
      for (let i = 0; i < steps; i++) all.set(array, i * array.length);
      return [name, all];
    }),
  );
}
