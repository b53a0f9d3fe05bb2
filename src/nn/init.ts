import { checkText, readGiven } from '../base/check.ts';
import { describe, describeList } from '../base/describe.ts';
import { OptionError, ShapeError } from '../base/errors.ts';
import { checkOptions, choose, ownOf } from '../base/options.ts';
import type { Random } from '../base/random.ts';
import { checkNumber } from '../base/ranges.ts';
import { readShape, type Shape, sizeOf } from '../base/shape.ts';

/** How a parameter gets its first values: a pure function of its shape and of its own random stream. */
export interface Initializer {
  readonly name: string;
  /** Options as plain data. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly fill: (shape: Shape, random: Random) => Float32Array;
}

/** Name of an initialiser without options. */
export type InitializerName = keyof typeof byName;

/**
 * Number of inputs and outputs of a unit for a weight `[out, in, …kernel]`.
 *
 * @throws {ShapeError} when the shape is no list of whole numbers.
 * @example
 * const { fanIn } = init.fans([64, 3, 5, 5]); // 75
 */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  const dims = readShape(shape);
  if (dims === undefined) {
    const got = describeList(shape);
    throw new ShapeError('fans: wanted the shape of a weight, a list of whole numbers', { got });
  }
  if (dims.length < 2) return { fanIn: sizeOf(dims), fanOut: sizeOf(dims) };
  const kernel = sizeOf(dims.slice(2));
  return { fanIn: dims[1]! * kernel, fanOut: dims[0]! * kernel };
}

function fillWith(shape: Shape, draw: () => number): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, draw);
}

function initializer(name: string, config: Record<string, unknown>, fill: Initializer['fill']): Initializer {
  return { name, config, fill };
}

/**
 * Every element `value`.
 *
 * @throws {OptionError} when `value` is not a finite number.
 * @example
 * dense(8, { biasInit: init.constant(0.1) });
 */
export function constant(value: number): Initializer {
  checkNumber('constant', 'value', value);
  return initializer('constant', { value }, (shape) => fillWith(shape, () => value));
}

/**
 * Uniform in `[low, high)`.
 *
 * @throws {OptionError} when `low > high`, a bound is not a finite number or an option is unknown.
 * @example
 * dense(2, { init: init.uniform({ low: -0.1, high: 0.1 }) });
 */
export function uniform(options: { readonly low?: number; readonly high?: number } = {}): Initializer {
  const { low = -0.05, high = 0.05 } = checkOptions('uniform', options, ['low', 'high']);
  checkNumber('uniform', 'low', low);
  checkNumber('uniform', 'high', high);
  if (low > high) throw new OptionError(`uniform: low ${low} is above high ${high}`);
  return initializer('uniform', { low, high }, (shape, random) =>
    fillWith(shape, () => low + (high - low) * random.uniform()),
  );
}

/** Options of {@link normal} and {@link truncatedNormal}. */
export interface NormalOptions {
  /** Default 0. */
  readonly mean?: number;
  /** Standard deviation, at least 0. Default 0.05. */
  readonly std?: number;
}

function checkNormal(name: string, options: NormalOptions): Required<NormalOptions> {
  const { mean = 0, std = 0.05 } = checkOptions(name, options, ['mean', 'std']);
  return { mean: checkNumber(name, 'mean', mean), std: checkNumber(name, 'std', std, { least: 0 }) };
}

/**
 * Normal with the given mean and standard deviation.
 *
 * @throws {OptionError} when `std` is negative, a number is not finite or an option is unknown.
 * @example
 * dense(2, { init: init.normal({ std: 1 }) });
 */
export function normal(options: NormalOptions = {}): Initializer {
  const { mean, std } = checkNormal('normal', options);
  return initializer('normal', { mean, std }, (shape, random) =>
    fillWith(shape, () => mean + std * random.normal()),
  );
}

/**
 * Normal, drawn again while further than two standard deviations from the mean.
 *
 * @throws {OptionError} when `std` is negative, a number is not finite or an option is unknown.
 * @example
 * dense(64, { init: init.truncatedNormal({ std: 0.02 }) });
 */
export function truncatedNormal(options: NormalOptions = {}): Initializer {
  const { mean, std } = checkNormal('truncatedNormal', options);
  const draw = (random: Random): number => {
    let z = random.normal();
    while (Math.abs(z) > 2) z = random.normal();
    return z;
  };
  return initializer('truncatedNormal', { mean, std }, (shape, random) =>
    fillWith(shape, () => mean + std * draw(random)),
  );
}

/** Variance `gain² · factor / fan`, from a uniform or normal distribution. */
function scaled(
  name: string,
  kind: 'uniform' | 'normal',
  variance: (fanIn: number, fanOut: number) => number,
): Initializer {
  return initializer(name, {}, (shape, random) => {
    const { fanIn, fanOut } = fans(shape);
    const std = Math.sqrt(variance(Math.max(1, fanIn), Math.max(1, fanOut)));
    const bound = Math.sqrt(3) * std;
    return kind === 'uniform'
      ? fillWith(shape, () => bound * (2 * random.uniform() - 1))
      : fillWith(shape, () => std * random.normal());
  });
}

/**
 * Rows (or, if there are more rows than columns, columns) that are orthonormal, times `gain` (Saxe et al., 2014).
 *
 * @throws {OptionError} when `gain` is not a finite number or an option is unknown.
 * @example
 * dense(64, { init: init.orthogonal({ gain: Math.SQRT2 }) });
 */
export function orthogonal(options: { readonly gain?: number } = {}): Initializer {
  const { gain = 1 } = checkOptions('orthogonal', options, ['gain']);
  checkNumber('orthogonal', 'gain', gain);
  return initializer('orthogonal', { gain }, (shape, random) => {
    const rows = shape[0] ?? 1;
    const columns = sizeOf(shape) / Math.max(1, rows);
    const tall = rows > columns;
    const vectors = orthonormal(tall ? columns : rows, tall ? rows : columns, random);
    return Float32Array.from({ length: rows * columns }, (_, i) => {
      const [row, column] = [Math.floor(i / columns), i % columns];
      return gain * (tall ? vectors[column]![row]! : vectors[row]![column]!);
    });
  });
}

/** Gram and Schmidt, each vector twice for accuracy. */
function orthonormal(count: number, length: number, random: Random): Float64Array[] {
  const vectors: Float64Array[] = [];
  while (vectors.length < count) {
    const v = Float64Array.from({ length }, () => random.normal());
    for (let pass = 0; pass < 2; pass++) {
      for (const u of vectors) {
        const dot = v.reduce((total, x, i) => total + x * u[i]!, 0);
        for (let i = 0; i < length; i++) v[i]! -= dot * u[i]!;
      }
    }
    const norm = Math.hypot(...v);
    vectors.push(v.map((x) => x / norm));
  }
  return vectors;
}

const byName = {
  zeros: () => initializer('zeros', {}, (shape) => new Float32Array(sizeOf(shape))),
  ones: () => initializer('ones', {}, (shape) => fillWith(shape, () => 1)),
  /** Glorot and Bengio (2010), equation 16: uniform in ±√(6 / (fanIn + fanOut)). */
  glorotUniform: () => scaled('glorotUniform', 'uniform', (fanIn, fanOut) => 2 / (fanIn + fanOut)),
  glorotNormal: () => scaled('glorotNormal', 'normal', (fanIn, fanOut) => 2 / (fanIn + fanOut)),
  /** He et al. (2015), equation 10: variance 2 / fanIn, for rectifiers. */
  heUniform: () => scaled('heUniform', 'uniform', (fanIn) => 2 / fanIn),
  heNormal: () => scaled('heNormal', 'normal', (fanIn) => 2 / fanIn),
  /** LeCun et al. (1998): variance 1 / fanIn. */
  lecunUniform: () => scaled('lecunUniform', 'uniform', (fanIn) => 1 / fanIn),
  lecunNormal: () => scaled('lecunNormal', 'normal', (fanIn) => 1 / fanIn),
  uniform: () => uniform(),
  normal: () => normal(),
  truncatedNormal: () => truncatedNormal(),
  orthogonal: () => orthogonal(),
};

const withOptions: Readonly<Record<string, (config: never) => Initializer>> = {
  constant: (config: { value: number }) => constant(checkOptions('constant', config, ['value']).value),
  uniform,
  normal,
  truncatedNormal,
  orthogonal,
};

/**
 * An initialiser by name, or as it is.
 *
 * @throws {OptionError} when there is none of that name, or the choice is something else.
 * @example
 * const weight = init.initializerOf('heNormal').fill([64, 784], random);
 */
export function initializerOf(choice: InitializerName | Initializer): Initializer {
  if (typeof choice === 'string') return choose('initialiser', choice, byName)();
  if (readGiven('initialiser', () => isInitializer(choice))) return choice;
  throw new OptionError('initialiser: must be a name or an initialiser such as init.normal({ std: 0.02 })', {
    got: describe(choice),
  });
}

/**
 * The initialiser that a saved configuration describes. Of one that is not glia's only the name comes back: a model
 * that is loaded has its weights and never asks for first values.
 *
 * @throws {OptionError} when it is none, or its options are not what it takes.
 * @example
 * const again = init.initializerFrom({ name: 'normal', config: { std: 0.02 } });
 */
export function initializerFrom(saved: { name: string; config: object }): Initializer {
  const { name, config } = checkOptions('initialiser', saved, ['name', 'config']);
  checkText('initialiser', 'name', name);
  if (Object.hasOwn(withOptions, name)) return withOptions[name]!(config as never);
  if (Object.hasOwn(byName, name)) return byName[name as InitializerName]();
  return initializer(name, { ...ownOf('initialiser', config, []) }, () => {
    throw new OptionError(`initialiser ${name} was the saving program's own and cannot be used again`);
  });
}

function isInitializer(choice: Initializer): boolean {
  if (typeof choice !== 'object' || choice === null) return false;
  const { name, config, fill } = choice;
  return typeof fill === 'function' && typeof name === 'string' && typeof config === 'object';
}
