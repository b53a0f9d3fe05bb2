import type { NumberArray } from '../base/dtype.ts';
import { allFinite } from '../base/finite.ts';
import { type Shape, sizeOf } from '../base/shape.ts';
import type { Data } from '../data/matrix.ts';
import type { Inputs } from './dataset.ts';
import type { Rows } from './rows.ts';
import { areWanted, type Wants } from './targets.ts';

/** What numbers must be, beside finite. */
export interface Accepts {
  /** Class indices below this; other integers are taken as they are where it is undefined. */
  readonly classes?: number | undefined;
  /** A label that is taken although it is no class. */
  readonly ignoreIndex?: number | undefined;
  /** Numbers of a typed array may be anything: somebody else sees whether they are finite. */
  readonly unchecked?: boolean;
  readonly wants?: Wants | undefined;
}

/**
 * The short way for numbers that come in the very form in which a program takes them: they are checked while they are
 * copied, and nothing is made. Whatever is odd about others, the long way finds out and says.
 */
export class Inlet {
  readonly #into: Rows['data'];
  readonly #shape: Shape;
  readonly #accepts: Accepts;
  readonly #width: number;

  /** `into` takes numbers of this shape, rows first. */
  constructor(into: Rows['data'], shape: Shape, accepts: Accepts = {}) {
    this.#into = into;
    this.#shape = shape;
    this.#accepts = accepts;
    this.#width = sizeOf(shape.slice(1));
  }

  /** What it last took. */
  get rows(): Rows {
    return { data: this.#into, shape: this.#shape };
  }

  /** Copies the numbers in. False when they are not plainly what is taken; some may have been copied by then. */
  pour(given: Data): boolean {
    try {
      return this.#pour(given);
    } catch {
      // It cannot be read: the long way says so.
      return false;
    }
  }

  #pour(given: Data): boolean {
    if (Array.isArray(given)) return this.#pourNested(given);
    if (given instanceof Float32Array || given instanceof Int32Array)
      return this.#shape.length === 1 && this.#pourTyped(given);
    if (typeof given !== 'object' || given === null) return false;
    const { data, shape } = given as { data?: unknown; shape?: unknown };
    return this.#hasShape(shape) && this.#pourTyped(data);
  }

  #hasShape(shape: unknown): boolean {
    const wanted = this.#shape;
    if (!Array.isArray(shape) || shape.length !== wanted.length) return false;
    for (let axis = 0; axis < wanted.length; axis++) if (shape[axis] !== wanted[axis]) return false;
    return true;
  }

  #pourTyped(data: unknown): boolean {
    const into = this.#into;
    if (data instanceof Float32Array && into instanceof Float32Array)
      return data.length === into.length && this.#copy(data, into) && this.#isWanted(into);
    if (data instanceof Int32Array && into instanceof Int32Array)
      return data.length === into.length && this.#copyLabels(data, into);
    return false;
  }

  #copy(data: Float32Array, into: Float32Array): boolean {
    if (!this.#accepts.unchecked) return copyFinite(data, into);
    into.set(data);
    return true;
  }

  /** Rows of numbers, or numbers alone. */
  #pourNested(rows: readonly unknown[]): boolean {
    const into = this.#into;
    if (rows.length !== this.#shape[0]) return false;
    if (into instanceof Int32Array) return this.#shape.length === 1 && this.#copyLabels(rows, into);
    if (!(into instanceof Float32Array)) return false;
    if (this.#shape.length === 1) return copyNumbers(rows, into, 0) && this.#isWanted(into);
    if (this.#shape.length !== 2) return false;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i];
      if (!Array.isArray(row) || row.length !== this.#width || !copyNumbers(row, into, i * this.#width))
        return false;
    }
    return this.#isWanted(into);
  }

  #isWanted(into: Float32Array): boolean {
    const { wants } = this.#accepts;
    return wants === undefined || areWanted(into, this.#shape, wants);
  }

  #copyLabels(labels: ArrayLike<unknown>, into: Int32Array): boolean {
    const { classes, ignoreIndex } = this.#accepts;
    for (let i = 0; i < into.length; i++) {
      const label = labels[i];
      if (typeof label !== 'number') return false;
      into[i] = label;
      if (into[i] !== label) return false;
      if (classes !== undefined && !(label >= 0 && label < classes) && label !== ignoreIndex) return false;
    }
    return true;
  }
}

/** An inlet to `feed` that has taken these rows; a program may do without them. */
export function inletWith(feed: NumberArray | undefined, { data, shape }: Rows, accepts?: Accepts): Inlet {
  // Programs take no other types.
  const into = (feed as Rows['data'] | undefined) ?? data.slice();
  into.set(data);
  return new Inlet(into, shape, accepts);
}

/** Copies the inputs of a model in, one or several; false as {@link Inlet.pour}. */
export function pourInputs(x: readonly Inlet[], inputs: Inputs): boolean {
  if (x.length === 1) return x[0]!.pour(inputs as Data);
  if (!Array.isArray(inputs) || inputs.length !== x.length) return false;
  return x.every((inlet, i) => inlet.pour(inputs[i] as Data));
}

/** Numbers that are copied and checked one by one sooner than by calls for all of them. */
const FEW = 64;

// What was copied is what is checked: another thread may write to a shared array.
function copyFinite(data: Float32Array, into: Float32Array): boolean {
  if (into.length > FEW) {
    into.set(data);
    return allFinite(into);
  }
  for (let i = 0; i < into.length; i++) {
    const value = data[i]!;
    // A difference with itself is 0 for finite numbers alone.
    if (value - value !== 0) return false;
    into[i] = value;
  }
  return true;
}

function copyNumbers(row: readonly unknown[], into: Float32Array, at: number): boolean {
  for (let i = 0; i < row.length; i++) {
    const value = row[i];
    if (typeof value !== 'number') return false;
    into[at + i] = value;
    const kept = into[at + i]!;
    if (kept - kept !== 0) return false;
  }
  return true;
}
