import { isA } from '../base/check.ts';
import { describe, isRecord } from '../base/describe.ts';
import { OptionError } from '../base/errors.ts';
import { Random } from '../base/random.ts';
import { checkNumber } from '../base/ranges.ts';
import { type Data, type Matrix, Table } from '../data/index.ts';
import { type BarOptions, bar } from '../plot/bar.ts';
import type { Model } from '../train/model.ts';
import { ResponseScale } from '../train/response.ts';
import { type AuditedMethod, auditMethod } from './audit-methods.ts';
import { type Calibration, calibration } from './calibration.ts';
import { usualMethods } from './methods.ts';
import { type Neurons, neurons } from './neurons.ts';
import { type ExplainOptions, MOST_DRAWS, readOptions } from './options.ts';
import { type PermutationImportance, permutationImportance } from './permutation-importance.ts';
import { type Method, methodOf } from './sensitivity.ts';
import { type Explained, Subject } from './subject.ts';
import { type SurrogateTree, surrogateTree } from './surrogate-tree.ts';
import { type Pictured, type Plain, withPicture } from './with-picture.ts';

/** Options of {@link audit}. */
export interface AuditOptions extends Pick<ExplainOptions, 'signal' | 'onProgress'> {
  /**
   * The methods that are tried, by name. Default: all of attribution that need no options of their own, which
   * {@link occlusion} does.
   */
  readonly methods?: Readonly<Record<string, Method>>;
  /** Rows that they explain, drawn at random. Default 20. */
  readonly rows?: number;
  /** Rows that stand for what is not known, of methods that take a background. Default 20. */
  readonly background?: number;
  /** How often weights are drawn at random for each method. Default 1. */
  readonly repeats?: number;
  /** Decides what is drawn. Default 0. */
  readonly seed?: number;
}

/** What there is to know about a model on some rows. Plain data. */
export interface Audit extends Pictured<BarOptions> {
  readonly rows: number;
  readonly explainedRows: number;
  readonly seed: number;
  readonly methods: readonly AuditedMethod[];
  readonly importance: PermutationImportance;
  /** Of a classifier. */
  readonly calibration?: Calibration;
  readonly neurons: Neurons;
  readonly surrogate: SurrogateTree;
  readonly warnings: readonly string[];
}

const KNOWN = ['methods', 'rows', 'background', 'repeats', 'seed', 'signal', 'onProgress'];

/**
 * Everything at once: what the model relies on, whether its confidence can be trusted, what its units do, how far a small
 * tree says the same, and for each method of attribution whether its numbers add up, beat a random order, and depend on
 * the model at all. A method that does not is marked, and named in the warnings: it is no explanation of this model.
 *
 * | name     | shape                                              |
 * | -------- | -------------------------------------------------- |
 * | `inputs` | `[n, …input]`, or a table with the target          |
 * | `targets` | as for `fit`; a table brings its own              |
 *
 * Cost: each method `1 + layers · repeats` times on some rows, and the passes of {@link permutationImportance},
 * {@link neurons} and {@link surrogateTree} over all.
 *
 * @throws {OptionError | ShapeError | DataError} as these; an op without a rule only refuses the method, in its entry.
 * @example
 * const { methods, warnings } = await audit(model, x, y);
 */
export function audit(model: Model, table: Table, options?: AuditOptions): Promise<Audit>;
export function audit(model: Model, inputs: Explained, targets: Data, options?: AuditOptions): Promise<Audit>;
export async function audit(model: Model, inputs: Explained, ...rest: readonly unknown[]): Promise<Audit> {
  const table = isA(inputs, Table);
  const given = (table ? rest[0] : rest[1]) as AuditOptions | undefined;
  const options = readOptions('audit', given === undefined ? {} : given, KNOWN);
  const { rows = 20, background = 20, repeats = 1, seed = 0, signal, onProgress } = options;
  for (const [name, value] of Object.entries({ rows, background, repeats }))
    checkNumber('audit', name, value, { least: 1, most: MOST_DRAWS, whole: true });
  checkNumber('audit', 'seed', seed, { whole: true });
  if (!table && rest[0] === undefined) throw new OptionError('audit: the targets are missing');
  const subject = new Subject('audit', model, inputs, {});
  const drawn = (most: number, path: string): Matrix => someRows(subject, most, seed, path);
  const wanted = options.methods ?? usualMethods(drawn(background, 'audit.background'));
  if (!isRecord(wanted))
    throw new OptionError(`audit: methods must be functions by name, got ${describe(wanted)}`);
  const methods = Object.fromEntries(
    Object.entries(wanted).map(([name, method]) => [name, methodOf('audit', method)]),
  );
  const own = signal && { signal };
  const labelled = (table ? [inputs] : [inputs, rest[0]]) as [Explained, Data];
  const parts = Object.keys(methods).length + 4;
  let done = 0;
  const part = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    onProgress?.(++done / parts);
    return result;
  };
  const x = drawn(rows, 'audit.rows');
  const audited: AuditedMethod[] = [];
  for (const [name, method] of Object.entries(methods))
    audited.push(await part(auditMethod(name, method, model, x, { ...own, seed, repeats })));
  const importance = await part(permutationImportance(model, ...labelled, { ...own, seed }));
  const classifies = new ResponseScale(model.session).task !== 'values';
  const calibrated = await part(
    classifies ? calibration(model, ...labelled, { ...own }) : Promise.resolve(undefined),
  );
  const units = await part(neurons(model, inputs, { ...own, lesion: false }));
  const surrogate = await part(surrogateTree(model, inputs, { ...own }));
  const result: Plain<Audit> = {
    rows: subject.rows,
    explainedRows: x.shape[0]!,
    seed,
    methods: audited,
    importance,
    ...(calibrated && { calibration: calibrated }),
    neurons: units,
    surrogate,
    warnings: [...audited.flatMap(judgement), ...importance.warnings, ...units.warnings],
  };
  return withPicture(result, bar);
}

/** Some of the rows as they go into the model, in their order. */
function someRows({ x, rows, width, shape }: Subject, most: number, seed: number, path: string): Matrix {
  const drawn = Random.of(seed, path).permutation(rows).subarray(0, most).sort();
  const data = new Float32Array(drawn.length * width);
  drawn.forEach((row, i) => {
    data.set(x.subarray(row * width, (row + 1) * width), i * width);
  });
  return { data, shape: [drawn.length, ...shape] };
}

function judgement({ name, verdict }: AuditedMethod): string[] {
  if (verdict !== 'does not depend on the model') return [];
  return [`${name} does not depend on the model: its attributions are no explanation of it`];
}
