import type { Session, Weight } from './session.ts';

/** Steps between two copies of the weights: a step reads and writes all of them, so a copy is lost in so many. */
const STEPS_PER_COPY = 32;

/**
 * Weights to go back to when numbers stop being finite. A copy is good once a loss was computed from it and was
 * finite: before that it may hold what the last update broke.
 */
export class GoodWeights {
  readonly #session: Session;
  #good: Readonly<Record<string, Weight>> | undefined;
  #candidate: Readonly<Record<string, Weight>> | undefined;
  #due = 0;

  constructor(session: Session) {
    this.#session = session;
  }

  /** Copies the weights, unless the last copy is young. `steps` counts those of the run. */
  async copy(steps: number): Promise<void> {
    if (steps < this.#due) return;
    this.#due = steps + STEPS_PER_COPY;
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

/** Path of the first tensor with a number that is not finite, if there is one. */
export function firstBroken(weights: Readonly<Record<string, Weight>>): string | undefined {
  return Object.keys(weights).find((path) => !weights[path]!.data.every(Number.isFinite));
}
