import { isImprovement } from '../base/improvement.ts';
import { writtenTo } from '../io/replace.ts';
import type { LearningCurvesOptions } from '../plot/learning-curves.ts';

/**
 * Numbers of one epoch: the loss, metrics, and the same of the validation data with `val_` before the name. The loss is
 * what is trained, of a target that was scaled in its scale; metrics are in the units of the target.
 */
export interface EpochLogs {
  /** Counts from 1. */
  readonly epoch: number;
  readonly learningRate: number;
  /** Mean over the rows by their weights, penalties included; NaN when no row was trained on. */
  readonly loss: number;
  readonly [name: string]: number;
}

/** The epoch with the least loss. */
export interface BestEpoch {
  /** Counts from 1; the first of several that are equal. */
  readonly epoch: number;
  /** `val_loss`, or `loss` of a run without validation data. */
  readonly monitor: 'val_loss' | 'loss';
  readonly value: number;
}

/** What a run leaves behind: plain data, which JSON and workers take, and a page of it. */
export interface History {
  readonly epochs: readonly EpochLogs[];
  /** The last epoch; with 0 epochs its numbers are NaN. */
  readonly final: EpochLogs;
  /** The epoch with the least loss of the validation data, or of the training data; undefined where none is finite. */
  readonly best: BestEpoch | undefined;
  /**
   * `completed`, `aborted`, or why a callback stopped the run; in the `onEnd` of a run that an error ends, `diverged` for
   * numbers that are not finite, else `failed`.
   */
  readonly stopReason: string;
  /** Training steps taken: batches. */
  readonly steps: number;
  /** Updates of the weights: with `accumulate`, one for each group of batches, the last of which may not be full. */
  readonly updates: number;
  /** What of the data may spoil the numbers above: categories in it that the model's preprocessing never saw. */
  readonly warnings: readonly string[];
  /**
   * A page of HTML with the learning curves, which stands alone. Where a path is given it is written there, so that a
   * crash leaves the old file or the new one.
   *
   * @throws {FileError} when it cannot be written.
   * @example
   * await history.toHtml('curves.html');
   */
  toHtml(path?: string | URL): Promise<string>;
  /**
   * The learning curves, an SVG document. A promise, since pictures are read only when somebody wants one.
   *
   * @throws {OptionError} for unknown options, and for a metric that was not logged.
   * @example
   * await writeFile('curves.svg', await history.toSvg({ metrics: ['loss'] }));
   */
  toSvg(options?: LearningCurvesOptions): Promise<string>;
}

/** Epochs whose numbers lie in one piece of memory. */
const PIECE = 1024;

/** Epochs as they come in. A tiny network has millions of them, so they become objects only when they are asked for. */
export class EpochLog {
  readonly #names: readonly string[];
  /** Each a column for each name. */
  readonly #pieces: Float64Array[][] = [];
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
    const at = this.#length % PIECE;
    const [rates, losses, ...others] = this.#piece();
    rates![at] = learningRate;
    losses![at] = loss;
    others.forEach((column, i) => {
      column[at] = rest[i]!;
    });
    this.#length++;
  }

  /** Adds epochs that log nothing but their learning rates and losses. */
  addAll(learningRates: Float64Array, losses: ArrayLike<number>, count: number): void {
    for (let done = 0; done < count; ) {
      const at = this.#length % PIECE;
      const [rates, values] = this.#piece();
      const some = Math.min(count - done, PIECE - at);
      for (let i = 0; i < some; i++) {
        rates![at + i] = learningRates[done + i]!;
        values![at + i] = losses[done + i]!;
      }
      done += some;
      this.#length += some;
    }
  }

  /** The piece that the next epoch goes to. */
  #piece(): Float64Array[] {
    if (this.#length % PIECE === 0) this.#pieces.push(this.#names.map(() => new Float64Array(PIECE)));
    return this.#pieces[this.#pieces.length - 1]!;
  }

  /** Epoch `i`, counted from 0. */
  at(i: number): EpochLogs {
    const piece = this.#pieces[Math.floor(i / PIECE)]!;
    return Object.fromEntries([
      ['epoch', i + 1],
      ...this.#names.map((name, n) => [name, piece[n]![i % PIECE]!]),
    ]) as unknown as EpochLogs;
  }

  /** Whether each epoch logs something of that name. */
  has(name: string): boolean {
    return this.#names.includes(name);
  }

  /** What was logged under that name, epoch by epoch. */
  column(name: string): number[] {
    const n = this.#names.indexOf(name);
    return Array.from(
      { length: this.#length },
      (_, i) => this.#pieces[Math.floor(i / PIECE)]![n]![i % PIECE]!,
    );
  }

  /** All epochs so far. */
  all(): EpochLogs[] {
    return Array.from({ length: this.#length }, (_, i) => this.at(i));
  }
}

/** The history of a run that ended. */
export function historyOf(
  log: EpochLog,
  said: Pick<History, 'stopReason' | 'steps' | 'updates' | 'warnings'>,
): History {
  const none = { epoch: 0, learningRate: Number.NaN, loss: Number.NaN };
  let epochs: readonly EpochLogs[] | undefined;
  let best: { readonly found: BestEpoch | undefined } | undefined;
  const history = {
    get epochs() {
      epochs ??= log.all();
      return epochs;
    },
    final: log.length > 0 ? log.at(log.length - 1) : none,
    get best() {
      best ??= { found: bestOf(log) };
      return best.found;
    },
    ...said,
  };
  // Not enumerable: a worker could not be sent a function.
  return Object.defineProperties(history, {
    toHtml: { value: writePage },
    toSvg: { value: drawCurves },
  }) as typeof history & History;
}

/** NaN and infinities are never best. */
function bestOf(log: EpochLog): BestEpoch | undefined {
  const monitor = log.has('val_loss') ? 'val_loss' : 'loss';
  let best: BestEpoch | undefined;
  for (const [i, value] of log.column(monitor).entries()) {
    if (isImprovement(value, best?.value, 'lower')) best = { epoch: i + 1, monitor, value };
  }
  return best;
}

/** Pictures are read when somebody wants one: a program that trains needs none. */
async function writePage(this: History, path?: string | URL): Promise<string> {
  const { historyPage } = await import('./history-page.ts');
  return writtenTo(path, historyPage(this));
}

async function drawCurves(this: History, options?: LearningCurvesOptions): Promise<string> {
  const { learningCurves } = await import('../plot/learning-curves.ts');
  return learningCurves(this, options);
}
