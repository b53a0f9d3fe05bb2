import type { Arrays } from '../backend/backend.ts';
import type { NumberArray } from '../base/dtype.ts';
import type { Optimizer } from '../optim/index.ts';
import { LEAVES, rateOf } from './step.ts';

/** Where a program takes the numbers that change from step to step; those that it does not take are left out. */
export interface ScalarPorts {
  readonly names: readonly string[];
  readonly arrays: readonly NumberArray[];
  /** 1 in steps that update, with an optimizer that accumulates. */
  readonly apply: NumberArray | undefined;
}

/** The numbers of an optimizer that change from step to step. */
export class Scalars {
  readonly #optimizer: Optimizer;
  readonly #updates: number;
  readonly #names: readonly string[];

  /** For a run of so many updates. */
  constructor(optimizer: Optimizer, updates: number) {
    this.#optimizer = optimizer;
    this.#updates = updates;
    this.#names = Object.keys(optimizer.scalars(1, 1));
  }

  /** Names of all that may be fed. */
  get leaves(): string[] {
    return [...this.#names.map(LEAVES.scalar), LEAVES.apply];
  }

  /** The ports among arrays by leaf. */
  portsIn(feeds: Arrays): ScalarPorts {
    const names = this.#names.filter((name) => Object.hasOwn(feeds, LEAVES.scalar(name)));
    return { names, arrays: names.map((name) => feeds[LEAVES.scalar(name)]!), apply: feeds[LEAVES.apply] };
  }

  /**
   * Writes the numbers of step `step`, counted from 0, as the `i`-th of a call, and gives the learning rate in double
   * precision. `factor` is what a watching schedule has made of it.
   *
   * @throws {OptionError} when the schedule gives no number that float32 can hold.
   */
  write({ names, arrays, apply }: ScalarPorts, step: number, i: number, factor = 1): number {
    const { accumulate } = this.#optimizer;
    const done = accumulate === 1 ? step : Math.floor(step / accumulate);
    const rate = rateOf(this.#optimizer, done, this.#updates, factor);
    const values = this.#optimizer.scalars(done + 1, rate);
    for (let n = 0; n < names.length; n++) arrays[n]![i] = values[names[n]!]!;
    if (apply !== undefined) apply[i] = (step + 1) % accumulate === 0 ? 1 : 0;
    return rate;
  }
}
