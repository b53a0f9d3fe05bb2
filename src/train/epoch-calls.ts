import type { Optimizer } from '../optim/index.ts';
import type { Dataset } from './dataset.ts';
import { Orders } from './orders.ts';
import { type Filled, RunFeeds } from './run-feeds.ts';

/** Whole epochs that go in one call. */
export interface EpochsCall extends Filled {
  readonly epochs: number;
  /** The orders of their rows, one behind the other. */
  readonly order: Int32Array;
}

/** Where a run stands before a call: its steps, those of the model, and the epochs of the model. */
export interface Place {
  readonly step: number;
  readonly number: number;
  readonly epoch: number;
}

/** What the epochs of a run have in common. */
export interface EpochsPlan {
  readonly train: Dataset;
  readonly optimizer: Optimizer;
  readonly updates: number;
  readonly seed: number;
  readonly shuffle: boolean;
  readonly batchSize: number;
}

/** A call made ahead is taken if it has at least this part of the epochs that are wanted. */
const ENOUGH = 0.75;

/**
 * What calls of several epochs are fed. A tiny network takes 0.2 µs a step, so the next call's numbers are made while
 * one runs: hence two sets of arrays, by turns.
 */
export class EpochCalls {
  readonly #plan: EpochsPlan;
  readonly #sets: readonly { readonly orders: Orders; readonly feeds: RunFeeds }[];
  #turn = 0;
  #ahead: (EpochsCall & Place) | undefined;

  constructor(plan: EpochsPlan) {
    const { train, optimizer, updates, seed, shuffle } = plan;
    this.#plan = plan;
    this.#sets = [0, 1].map(() => ({
      orders: new Orders(train.rows, seed, shuffle),
      feeds: new RunFeeds(train, optimizer, updates),
    }));
  }

  /** A call of at most so many epochs from there on: what was made ahead, if it fits. */
  take(leaves: readonly string[], place: Place, epochs: number): EpochsCall {
    const ahead = this.#ahead;
    this.#ahead = undefined;
    const fits = ahead?.step === place.step && ahead.number === place.number && ahead.epoch === place.epoch;
    if (ahead === undefined || !fits || ahead.epochs < ENOUGH * epochs)
      return this.#make(leaves, place, epochs);
    return ahead.epochs <= epochs ? ahead : first(ahead, epochs);
  }

  /** Makes the call that will be taken next, unless the schedule has no numbers for it: then taking it says so. */
  makeAhead(leaves: readonly string[], place: Place, epochs: number): void {
    try {
      this.#ahead = { ...this.#make(leaves, place, epochs), ...place };
    } catch {
      this.#ahead = undefined;
    }
  }

  #make(leaves: readonly string[], { step, number, epoch }: Place, epochs: number): EpochsCall {
    const { orders, feeds } = this.#sets[this.#turn]!;
    this.#turn = 1 - this.#turn;
    const { train, batchSize: size } = this.#plan;
    const order = orders.of(epoch, epochs);
    const count = (epochs * train.rows) / size;
    return { epochs, order, ...feeds.fill(leaves, { order, from: 0, size, count }, step, number) };
  }
}

/** The first epochs of a call. */
function first({ order, feeds, rates, epochs: all }: EpochsCall, epochs: number): EpochsCall {
  const parts = Object.entries(feeds).map(
    ([leaf, values]) => [leaf, values.subarray(0, (values.length / all) * epochs)] as const,
  );
  return { epochs, order, feeds: Object.fromEntries(parts), rates };
}
