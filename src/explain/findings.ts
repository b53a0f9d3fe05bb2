import type { Shape } from '../base/shape.ts';
import type { FeatureGroup } from '../data/prepared.ts';
import type { RowObject } from '../train/predict.ts';
import { Values } from '../train/values.ts';
import { Explanation } from './explanation.ts';
import { featuresOf } from './features.ts';
import type { Subject } from './subject.ts';

/** What a method found. */
export interface Findings {
  readonly method: string;
  /** The options that decided it, with their defaults. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly subject: Subject;
  /** Of shape `subject.valuesShape`. */
  readonly values: Float32Array;
  /** Scores of the rows, `[rows, outputs]`. */
  readonly scores: Float32Array;
  /** What the values are relative to: the same for a baseline, of a method that has one. */
  readonly baseScores?: Float32Array;
  /** Whether the values should add up to the difference of both. */
  readonly complete?: boolean;
  /** What to try where they miss it. */
  readonly remedy?: string;
  /** Standard error of each value, of a method that samples. */
  readonly stdError?: Float32Array;
  readonly warnings?: readonly string[];
  /** Inputs that were taken together, each with equal shares of what fell to all; default the original columns. */
  readonly groups?: readonly FeatureGroup[];
}

/** Largest error of a sum of attributions, relative to what they should add up to or, if that is more, to their sizes. */
const TOLERANCE = 1e-4;
/** What float32 may leave in the difference of two outputs, relative to them: 16 roundings on the way to each. */
const ROUNDING = 16 * 2 ** -24;

/** Makes an explanation of what was found, and checks what should add up: a miss becomes a warning. */
export function conclude(findings: Findings): Explanation {
  const {
    subject,
    method,
    options,
    scores,
    baseScores,
    complete = false,
    remedy,
    stdError,
    warnings = [],
  } = findings;
  const { rows, outputs: K, all, session } = subject;
  const target = subject.targets(scores);
  const each: Shape = all ? [rows, K] : [rows];
  const picked = (from: ArrayLike<number>): Values =>
    new Values(all ? Float32Array.from(from) : Float32Array.from(target, (k, i) => from[i * K + k]!), each);
  const shifted = ({ data, shape }: Values): Values =>
    subject.shift === 0
      ? new Values(data, shape)
      : new Values(
          data.map((score) => score + subject.shift),
          shape,
        );
  const values = new Values(findings.values, subject.valuesShape);
  const [outputs, baseValues] = [scores, baseScores ?? new Float32Array(rows * K)].map(picked);
  const sums = complete ? sumsOf(values.data, outputs!.data, baseValues!.data, rows) : undefined;
  return new Explanation({
    method,
    options,
    output: subject.output,
    unit: subject.unit,
    values,
    // A method without a baseline is relative to nothing, and that stays 0.
    baseValues: baseScores === undefined ? baseValues! : shifted(baseValues!),
    outputs: shifted(outputs!),
    convergenceDelta: sums && new Values(sums.deltas, each),
    stdError: stdError && new Values(stdError, subject.valuesShape),
    data: new Values(subject.x, [rows, ...subject.shape]),
    target,
    featureNames: subject.featureNames,
    outputNames: subject.outputNames,
    cost: subject.passes.cost,
    warnings: [...subject.warnings, ...warnings, ...(sums ? missIn(sums, remedy) : [])],
    groups: findings.groups ?? session.prepare?.groups,
    known: knownRows(subject),
  });
}

/** Rows as they were given, or with encoding and scaling undone. */
function knownRows(subject: Subject): ((row: number) => RowObject) | undefined {
  const { original, session, x, width } = subject;
  if (original !== undefined) return (row) => original[row]!;
  if (session.prepare === undefined) return undefined;
  const features = featuresOf(subject);
  return (row) => Object.fromEntries(features.map((one) => [one.name, one.read(x, row * width)]));
}

/** What some attributions add up to, and what they should. */
interface Sums {
  /** For each row, and output, what the values miss. */
  readonly deltas: Float32Array;
  /** The miss that matters most, if one does. */
  readonly worst: { readonly delta: number; readonly wanted: number } | undefined;
}

/** Adds up values, `[rows, width, outputs]`, and compares with what each of `[rows, outputs]` is above its base. */
function sumsOf(values: Float32Array, outputs: Float32Array, base: Float32Array, rows: number): Sums {
  const K = outputs.length / rows;
  const width = values.length / outputs.length;
  let worst: Sums['worst'];
  let most = 1;
  const deltas = Float32Array.from(outputs, (output, i) => {
    const [row, k] = [Math.floor(i / K), i % K];
    let [sum, size] = [0, 0];
    for (let j = 0; j < width; j++) {
      const value = values[(row * width + j) * K + k]!;
      sum += value;
      size += Math.abs(value);
    }
    const wanted = output - base[i]!;
    const delta = sum - wanted;
    const allowed =
      TOLERANCE * Math.max(Math.abs(wanted), size) + ROUNDING * (Math.abs(output) + Math.abs(base[i]!));
    // Not even NaN passes.
    const excess = Number.isNaN(delta) ? Infinity : Math.abs(delta) / allowed;
    if (excess > most) [most, worst] = [excess, { delta, wanted }];
    return delta;
  });
  return { deltas, worst };
}

function missIn({ worst }: Sums, remedy: string | undefined): string[] {
  if (worst === undefined) return [];
  const [wanted, delta] = [worst.wanted.toPrecision(3), worst.delta.toPrecision(3)];
  const miss = `the attributions miss the difference of ${wanted} that they should add up to by ${delta}`;
  return [remedy === undefined ? miss : `${miss}; ${remedy}`];
}
