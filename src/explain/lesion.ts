import type { Activity } from './activity.ts';
import { behind, CUT, type CutLayer, needsRows, valuesAt } from './cut.ts';
import { ROWS } from './forward.ts';
import { judge, type Sums, targetsFor, traceJudgement } from './judgement.ts';
import type { Labelled } from './labelled.ts';
import type { Subject } from './subject.ts';

/** What happens when a unit is silenced. */
export interface Lesion {
  /** Mean size of the change of the outputs: logits, or values, in the units of the target where it has some. */
  readonly output: number;
  /** By how much the mean loss rises, of rows with targets. */
  readonly loss?: number;
  /** By how much the accuracy falls, of rows with classes. */
  readonly accuracy?: number;
}

/** Numbers of activations that are kept at a time. */
const NUMBERS = 1 << 20;

let calls = 0;

/** Silences each unit of a layer in turn: only what is behind the layer runs again. */
export async function lesionsOf(
  subject: Subject,
  layer: CutLayer,
  { mean }: Activity,
  to: 'mean' | 'zero',
  labelled: Labelled | undefined,
  share: (done: number) => number,
): Promise<readonly Lesion[]> {
  const { rows, x, width, passes } = subject;
  const { units } = layer;
  const empty = (): Float64Array => new Float64Array(units + 1);
  const sums: Sums = { change: empty(), loss: empty(), mass: empty(), right: empty(), counted: empty() };
  const key = `lesion ${calls++} `;
  const chunk = Math.max(1, Math.floor(NUMBERS / (units + subject.outputs)));
  try {
    for (let start = 0; start < rows; start += chunk) {
      const count = Math.min(chunk, rows - start);
      const values = new Float32Array(count * units);
      const nothing = (): number => share(start / rows);
      await passes.run(
        {
          key: `values ${layer.layer}`,
          rows: count,
          width: width + units,
          trace: (batch) => valuesAt(subject, [layer], batch),
          feed: (from, some) => ({
            [ROWS]: x.subarray((start + from) * width, (start + from + some) * width),
          }),
          take: ({ value0 }, from) => values.set(value0!, from * units),
        },
        nothing,
      );
      const fill = to === 'mean' ? mean : empty();
      await silence({ key, subject, layer, labelled, sums, start, count, values, fill }, (done) =>
        share((start + done * count) / rows),
      );
    }
  } finally {
    subject.session.engine.forget(`explain ${key}`);
  }
  return Array.from({ length: units }, (_, unit) =>
    lesionIn(sums, unit, units, rows * subject.outputs, labelled),
  );
}

function lesionIn(
  sums: Sums,
  unit: number,
  whole: number,
  numbers: number,
  labelled: Labelled | undefined,
): Lesion {
  const share = (of: 'loss' | 'right', by: 'mass' | 'counted', at: number): number =>
    sums[of][at]! / sums[by][at]!;
  const hasLoss = labelled !== undefined && sums.mass[whole]! > 0;
  const hasClasses = labelled !== undefined && labelled.loss.task !== 'values';
  return {
    output: sums.change[unit]! / numbers,
    ...(hasLoss && { loss: share('loss', 'mass', unit) - share('loss', 'mass', whole) }),
    ...(hasClasses && {
      accuracy: share('right', 'counted', whole) - share('right', 'counted', unit),
    }),
  };
}

interface Chunk {
  /** A loss of one's own has no name that tells it from others, so each call has programs of its own. */
  readonly key: string;
  readonly subject: Subject;
  readonly layer: CutLayer;
  readonly labelled: Labelled | undefined;
  readonly sums: Sums;
  readonly start: number;
  readonly count: number;
  readonly values: Float32Array;
  readonly fill: Float64Array;
}

/** Each row of a chunk as it is, and then once for each unit without it. */
async function silence(chunk: Chunk, share: (done: number) => number): Promise<void> {
  const { subject, layer, labelled, sums, start, count, values, fill } = chunk;
  const { x, width, outputs, passes } = subject;
  const { units } = layer;
  const variants = units + 1;
  const trace = (batch: number) =>
    behind(subject, layer, batch, (y) => traceJudgement(subject, y, batch, labelled));
  const around = needsRows(trace(1));
  // Of the row at hand, as it is.
  const intact = new Float32Array(outputs);
  await passes.run(
    {
      key: chunk.key,
      rows: count * variants,
      width: units + (around ? width : 0) + outputs,
      trace,
      feed(from, some) {
        const cut = new Float32Array(some * units);
        const rows = around ? new Float32Array(some * width) : undefined;
        const y = labelled && targetsFor(labelled, some);
        for (let i = 0; i < some; i++) {
          const [row, variant] = [Math.floor((from + i) / variants), (from + i) % variants];
          cut.set(values.subarray(row * units, (row + 1) * units), i * units);
          if (variant > 0) cut[i * units + variant - 1] = fill[variant - 1]!;
          rows?.set(x.subarray((start + row) * width, (start + row + 1) * width), i * width);
          y?.set(start + row, i);
        }
        return { [CUT]: cut, ...(rows && { [ROWS]: rows }), ...(y && { y: y.data }) };
      },
      take(fetched, from, some) {
        for (let i = 0; i < some; i++) {
          const [row, variant] = [Math.floor((from + i) / variants), (from + i) % variants];
          const scores = fetched['scores']!.subarray(i * outputs, (i + 1) * outputs);
          const at = variant === 0 ? units : variant - 1;
          if (variant === 0) intact.set(scores);
          for (let k = 0; k < outputs; k++) sums.change[at]! += Math.abs(scores[k]! - intact[k]!);
          if (labelled === undefined) continue;
          judge(sums, at, fetched, i, labelled, start + row, outputs);
        }
      },
    },
    share,
  );
}
