import { sizeOf } from '../base/shape.ts';
import { type Block, FED, maskedScores } from './masked.ts';
import type { Subject } from './subject.ts';

/** Rows of which some inputs are kept and the others replaced by those of a background. */
export interface Coalitions {
  readonly subject: Subject;
  /** The rows, and those that stand in for them: the same for all, or with `own` one for each. */
  readonly x: Float32Array;
  readonly background: Float32Array;
  readonly own?: boolean;
  /** How many choices of what is kept there are, the same for all rows. */
  readonly count: number;
  /** Marks with ones what choice `i` keeps, in zeros of which its own begin at `at`. */
  readonly keep: (i: number, z: Float32Array, at: number) => void;
  /** The outputs that are asked of a row, as many for each. */
  readonly asked: (row: number) => readonly number[];
}

/** Numbers that a value of the network holds at most while a block goes through. */
const NUMBERS = 1 << 20;
/** Numbers of a first layer's weights times rows at most. */
const IMAGES = 1 << 22;
/** Rows, and rows of background, that are enough to share what is computed once for either. */
const SHARING = { rows: 8, background: 32 } as const;

/**
 * For each row, output asked and choice the mean score over the background, `[rows, asked, choices]` in float64.
 * Memory for more than the result stays the same however much goes through.
 */
export async function coalitionValues(
  coalitions: Coalitions,
  share: (done: number) => number = (done) => done,
): Promise<Float64Array> {
  const { subject, x, background, own = false, count, asked } = coalitions;
  const { width, outputs } = subject;
  const rows = x.length / width;
  const behind = own ? 1 : background.length / width;
  const block = blockFor(coalitions, rows, behind);
  const T = asked(0).length;
  const values = new Float64Array(rows * T * count);
  const parts = Math.ceil(rows / block.rows) * Math.ceil(behind / block.background);
  const some = (of: Float32Array, from: number, n: number) => of.subarray(from * width, (from + n) * width);
  let part = 0;
  for (let row = 0; row < rows; row += block.rows) {
    for (let from = 0; from < behind; from += block.background, part++) {
      const R = Math.min(block.rows, rows - row);
      const K = Math.min(block.background, behind - from);
      const fed = {
        [FED.rows]: some(x, row, R),
        [FED.background]: own ? some(background, row, R) : some(background, from, K),
      };
      const shape = { ...block, rows: R, background: K };
      const take = (i: number, sums: ArrayLike<number>, at: number): void => {
        for (let r = 0; r < R; r++) {
          asked(row + r).forEach((output, t) => {
            values[((row + r) * T + t) * count + i]! += sums[at + r * outputs + output]! / behind;
          });
        }
      };
      const done = part;
      await runBlock(coalitions, shape, fed, take, (within) => share((done + within) / parts));
    }
  }
  return values;
}

/** Runs all choices for some rows and some of the background. */
async function runBlock(
  { subject, own = false, count, keep }: Coalitions,
  block: Block,
  fed: Record<string, Float32Array>,
  take: (i: number, sums: ArrayLike<number>, at: number) => void,
  share: (done: number) => number,
): Promise<void> {
  const { width, outputs, passes, key } = subject;
  const { choices, rows, background } = block;
  let z = new Float32Array(0);
  await passes.run(
    {
      key: `coalitions ${key} ${rows} ${background} ${own}`,
      // Empty choices fill the last step, so that one program serves all.
      rows: Math.ceil(count / choices) * choices,
      width,
      most: choices,
      trace: (batch) => ({ sums: maskedScores(subject, { ...block, choices: batch }, own) }),
      feed(from, n) {
        // What is fed has been copied when the next is asked for.
        if (z.length !== n * width) z = new Float32Array(n * width);
        z.fill(0);
        for (let i = 0; i < n && from + i < count; i++) keep(from + i, z, i * width);
        return { ...fed, [FED.choices]: z };
      },
      take(fetched, from, n) {
        for (let i = 0; i < n && from + i < count; i++) take(from + i, fetched['sums']!, i * rows * outputs);
      },
      cost: { forward: rows * background, backward: 0 },
    },
    share,
  );
}

/**
 * Blocks of bounded memory. Weights times rows are made anew for each, so most of a block are choices; where there
 * are few, it takes more of the background and of the rows.
 */
function blockFor({ subject, count }: Coalitions, rows: number, behind: number): Block {
  const { network } = subject.session;
  const widest = Math.max(subject.width, ...network.calls.map(({ shape }) => sizeOf(shape)));
  const total = Math.max(1, Math.floor(NUMBERS / widest));
  const images = Math.max(1, Math.floor(IMAGES / (subject.width * sizeOf(network.calls[0]?.shape ?? []))));
  const left = (by: number): number => Math.max(1, Math.floor(total / by));
  const K = Math.min(SHARING.background, behind, total, images);
  const R = Math.min(SHARING.rows, rows, left(K), images);
  const choices = part(count, left(R * K));
  const background = part(behind, Math.min(Math.max(K, left(choices * R)), images));
  return {
    choices,
    background,
    rows: part(rows, Math.min(Math.max(R, left(choices * background)), images)),
  };
}

/** The size of parts, at most `most`, into which `all` falls without a rest, or as evenly as it can. */
function part(all: number, most: number): number {
  for (let size = Math.min(all, most); 2 * size > most; size--) if (all % size === 0) return size;
  return Math.ceil(all / Math.ceil(all / most));
}
