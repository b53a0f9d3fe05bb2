/** Numbers of one epoch: the loss, metrics, and the same of the validation data with `val_` before the name. */
export interface EpochLogs {
  /** Counts from 1. */
  readonly epoch: number;
  readonly learningRate: number;
  /** Mean over the rows by their weights, penalties included; NaN when no row was trained on. */
  readonly loss: number;
  readonly [name: string]: number;
}

/** What a run leaves behind: plain data. */
export interface History {
  readonly epochs: readonly EpochLogs[];
  /** The last epoch; with 0 epochs its numbers are NaN. */
  readonly final: EpochLogs;
  /** `completed`, `aborted`, or why a callback stopped the run. */
  readonly stopReason: string;
  /** Training steps taken. */
  readonly steps: number;
}

/** Epochs whose numbers lie in one piece of memory. */
const PIECE = 1024;

/** Epochs as they come in. A tiny network has millions of them, so they become objects only when they are asked for. */
export class EpochLog {
  readonly #names: readonly string[];
  readonly #pieces: Float64Array[] = [];
  #length = 0;

  /** `logged`: what each epoch logs, the loss first. */
  constructor(logged: readonly string[]) {
    this.#names = ['learningRate', ...logged];
  }

  get length(): number {
    return this.#length;
  }

  /** Adds an epoch: learning rate and loss, and the rest of what is logged in its order. */
  add(learningRate: number, loss: number, rest: readonly number[] = []): void {
    const width = this.#names.length;
    const at = this.#length % PIECE;
    if (at === 0) this.#pieces.push(new Float64Array(PIECE * width));
    const piece = this.#pieces[this.#pieces.length - 1]!;
    piece[at * width] = learningRate;
    piece[at * width + 1] = loss;
    for (let i = 2; i < width; i++) piece[at * width + i] = rest[i - 2]!;
    this.#length++;
  }

  /** Epoch `i`, counted from 0. */
  at(i: number): EpochLogs {
    const width = this.#names.length;
    const piece = this.#pieces[Math.floor(i / PIECE)]!;
    const start = (i % PIECE) * width;
    return Object.fromEntries([
      ['epoch', i + 1],
      ...this.#names.map((name, n) => [name, piece[start + n]!]),
    ]) as unknown as EpochLogs;
  }

  /** What was logged under that name, epoch by epoch. */
  column(name: string): number[] {
    const width = this.#names.length;
    const column = this.#names.indexOf(name);
    const of = (i: number) => this.#pieces[Math.floor(i / PIECE)]![(i % PIECE) * width + column]!;
    return Array.from({ length: this.#length }, (_, i) => of(i));
  }

  /** All epochs so far. */
  all(): EpochLogs[] {
    return Array.from({ length: this.#length }, (_, i) => this.at(i));
  }
}

/** The history of a run that ended. */
export function historyOf(log: EpochLog, stopReason: string, steps: number): History {
  const none = { epoch: 0, learningRate: Number.NaN, loss: Number.NaN };
  let epochs: readonly EpochLogs[] | undefined;
  return {
    get epochs() {
      epochs ??= log.all();
      return epochs;
    },
    final: log.length > 0 ? log.at(log.length - 1) : none,
    stopReason,
    steps,
  };
}
