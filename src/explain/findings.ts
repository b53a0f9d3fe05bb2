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

/** Largest error of a sum of float32 attributions, relative to the larger of 1 and what they should add up to. */
const TOLERANCE = 1e-4;

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
  const values = new Values(findings.values, subject.valuesShape);
  const [outputs, baseValues] = [scores, baseScores ?? new Float32Array(rows * K)].map(picked);
  const deltas = complete ? deltasOf(values.data, outputs!.data, baseValues!.data, rows) : undefined;
  return new Explanation({
    method,
    options,
    output: subject.output,
    values,
    baseValues: baseValues!,
    outputs: outputs!,
    convergenceDelta: deltas && new Values(deltas, each),
    stdError: stdError && new Values(stdError, subject.valuesShape),
    data: new Values(subject.x, [rows, ...subject.shape]),
    target,
    featureNames: subject.featureNames,
    outputNames: subject.outputNames,
    cost: subject.passes.cost,
    warnings: [...warnings, ...missesIn(deltas, outputs!.data, baseValues!.data, remedy)],
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

/** For each row, and output, what the values miss of what they should add up to. */
function deltasOf(
  values: Float32Array,
  outputs: Float32Array,
  base: Float32Array,
  rows: number,
): Float32Array {
  const K = outputs.length / rows;
  const width = values.length / outputs.length;
  return Float32Array.from(outputs, (output, i) => {
    const [row, k] = [Math.floor(i / K), i % K];
    let sum = 0;
    for (let j = 0; j < width; j++) sum += values[(row * width + j) * K + k]!;
    return sum - (output - base[i]!);
  });
}

function missesIn(
  deltas: Float32Array | undefined,
  outputs: Float32Array,
  base: Float32Array,
  remedy: string | undefined,
): string[] {
  if (deltas === undefined) return [];
  const share = (delta: number, i: number): number =>
    Math.abs(delta) / Math.max(1, Math.abs(outputs[i]! - base[i]!));
  const fits = deltas.every((delta, i) => share(delta, i) <= TOLERANCE);
  if (fits) return [];
  const worst = deltas.reduce((a, b) => (Math.abs(a) >= Math.abs(b) ? a : b));
  const miss = `the attributions miss the difference that they should add up to by ${worst.toPrecision(3)}`;
  return [remedy === undefined ? miss : `${miss}; ${remedy}`];
}
