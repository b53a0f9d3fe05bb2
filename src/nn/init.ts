import { OptionError } from '../base/errors.ts';
import { checkOptions, choose } from '../base/options.ts';
import type { Random } from '../base/random.ts';
import { type Shape, sizeOf } from '../base/shape.ts';

/** How a parameter gets its first values: a pure function of its shape and of its own random stream. */
export interface Initializer {
  readonly name: string;
  /** Options as plain data. */
  readonly config: Readonly<Record<string, unknown>>;
  readonly fill: (shape: Shape, random: Random) => Float32Array;
}

/** Name of an initialiser without options. */
export type InitializerName = keyof typeof byName;

/** Number of inputs and outputs of a unit for a weight `[out, in, …kernel]`. */
export function fans(shape: Shape): { fanIn: number; fanOut: number } {
  if (shape.length < 2) return { fanIn: sizeOf(shape), fanOut: sizeOf(shape) };
  const kernel = sizeOf(shape.slice(2));
  return { fanIn: shape[1]! * kernel, fanOut: shape[0]! * kernel };
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
 * @example
 * dense(8, { biasInit: init.constant(0.1) });
 */
export function constant(value: number): Initializer {
  return initializer('constant', { value }, (shape) => fillWith(shape, () => value));
}

/**
 * Uniform in `[low, high)`.
 *
 * @throws {OptionError} when `low > high`.
 * @example
 * dense(2, { init: init.uniform({ low: -0.1, high: 0.1 }) });
 */
export function uniform({ low = -0.05, high = 0.05 }: { low?: number; high?: number } = {}): Initializer {
  if (!(low <= high)) throw new OptionError(`uniform: low ${low} is above high ${high}`);
  return initializer('uniform', { low, high }, (shape, random) =>
    fillWith(shape, () => low + (high - low) * random.uniform()),
  );
}

/**
 * Normal with the given mean and standard deviation.
 *
 * @throws {OptionError} when `std` is negative.
 * @example
 * dense(2, { init: init.normal({ std: 1 }) });
 */
export function normal({ mean = 0, std = 0.05 }: { mean?: number; std?: number } = {}): Initializer {
  if (!(std >= 0)) throw new OptionError(`normal: std must be 0 or more, got ${std}`);
  return initializer('normal', { mean, std }, (shape, random) =>
    fillWith(shape, () => mean + std * random.normal()),
  );
}

/**
 * Normal, drawn again while further than two standard deviations from the mean.
 *
 * @throws {OptionError} when `std` is negative.
 * @example
 * dense(64, { init: init.truncatedNormal({ std: 0.02 }) });
 */
export function truncatedNormal({ mean = 0, std = 0.05 }: { mean?: number; std?: number } = {}): Initializer {
  if (!(std >= 0)) throw new OptionError(`truncatedNormal: std must be 0 or more, got ${std}`);
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
 * @example
 * dense(64, { init: init.orthogonal({ gain: Math.SQRT2 }) });
 */
export function orthogonal({ gain = 1 }: { gain?: number } = {}): Initializer {
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
  constant: ({ value }: { value: number }) => constant(value),
  uniform,
  normal,
  truncatedNormal,
  orthogonal,
};

/**
 * An initialiser by name, or as it is.
 *
 * @throws {OptionError} when there is none of that name.
 */
export function initializerOf(choice: InitializerName | Initializer): Initializer {
  return typeof choice === 'string' ? choose('initialiser', choice, byName)() : choice;
}

/** The initialiser that a saved configuration describes. */
export function initializerFrom({ name, config }: { name: string; config: object }): Initializer {
  checkOptions(name, config, ['value', 'low', 'high', 'mean', 'std', 'gain']);
  return Object.hasOwn(withOptions, name)
    ? withOptions[name]!(config as never)
    : choose('initialiser', name, byName)();
}
