import { allFinite } from '../base/finite.ts';
import type { Optimizer } from '../optim/index.ts';
import { asFloat32, type Session, type Weight } from './session.ts';
import { optimizerSlots } from './step.ts';

/** Steps between two copies of the weights: a step reads and writes all of them, so a copy is lost in so many. */
const STEPS = 32;
/** Multiplications between two copies of a tiny network: some 160 ms, so that few calls end early for one. */
const WORK = 2 ** 31;
/** What a step costs beside its multiplications, in these. */
const STEP = 2 ** 11;

/**
 * Weights to go back to when numbers stop being finite. A copy is good once a loss was computed from it and was
 * finite: before that it may hold what the last update broke.
 *
 * When copies are taken follows from steps and sizes alone, so the clock has no say in where a run goes back to: at
 * the first epoch that begins 32 steps after the last copy. The steps of a tiny network take less time than a copy:
 * there the distance grows with the run, to as many steps as take some 160 ms, but to no more than there were before.
 */
export class GoodWeights {
  readonly #session: Session;
  readonly #distance: number;
  #good: Readonly<Record<string, Weight>> | undefined;
  #candidate: Readonly<Record<string, Weight>> | undefined;
  #due = 0;

  /** For steps of so many rows. */
  constructor(session: Session, batch: number) {
    this.#session = session;
    const { params } = session.network;
    const numbers = params.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
    this.#distance = Math.max(STEPS, Math.floor(WORK / (numbers * batch + STEP)));
  }

  /** The step of the run that an epoch must begin with, or come after, for the next copy. */
  get due(): number {
    return this.#due;
  }

  /** Copies the weights, unless the last copy is young. `steps` counts those of the run. */
  async copy(steps: number): Promise<void> {
    if (steps < this.#due) return;
    this.#due = steps + Math.min(this.#distance, Math.max(STEPS, steps));
    this.#candidate = await this.#session.readWeights();
  }

  /** The loss of the first step after the last copy is finite. */
  confirm(): void {
    this.#good = this.#candidate ?? this.#good;
    this.#candidate = undefined;
  }

  /** Puts the last good copy back: that from before the run where there is no other. */
  async restore(): Promise<void> {
    const weights = this.#good ?? this.#candidate;
    if (weights !== undefined) await this.#session.writeWeights(weights);
  }
}

/** Name of the first weight, or tensor that the optimizer carries, with a number that is not finite, if there is one. */
export async function firstBroken(session: Session, optimizer: Optimizer): Promise<string | undefined> {
  const weights = await session.readWeights();
  const path = Object.keys(weights).find((one) => !allFinite(weights[one]!.data));
  if (path !== undefined) return path;
  const { network, engine } = session;
  // The square of a gradient may be beyond float32 where the gradient is not: its weight then stands still for good.
  return engine.exclusive(() => {
    const slots = optimizerSlots(network, optimizer).map(({ name }) => name);
    return slots.find((name) => !allFinite(asFloat32(engine.storage.read(name))));
  });
}
