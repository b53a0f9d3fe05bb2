import { type Shape, sizeOf } from '../../src/base/shape.ts';
import type { Attr } from '../../src/ir/attr.ts';
import { byName, type OpEntry, type Sample } from '../../src/ir/op.ts';
import { type Case, caseOf, isAccepted } from './cases.ts';

/** Numbers that the inputs of a stretched sample and its output may hold together. */
const MOST = 2 ** 18;

/** One number of a sample that says how long something is, or may: a dimension, an entry of an attribute, the classes. */
interface Place {
  readonly value: number;
  readonly grow: (sample: Sample, length: number) => Sample;
}

/**
 * An op's samples with one axis made `length` long, one after the other, and all others as they were. Axes that must
 * agree with it by the op's shape rule, and attributes, grow with it; samples of the same shapes come once.
 */
export function stretched(op: OpEntry, length: number): Sample[] {
  const found = new Map<string, Sample>();
  for (const sample of op.samples) {
    const places = placesOf(sample);
    for (const place of places) {
      const grown = stretchedAt(op, sample, place, places, length);
      if (grown !== undefined) found.set(JSON.stringify(grown), grown);
    }
  }
  return [...found.values()];
}

function placesOf(sample: Sample): Place[] {
  const dims = Object.entries(sample.shapes).flatMap(([name, shape]) =>
    shape.map((value, axis) => ({
      value,
      grow: (from: Sample, length: number) => ({
        ...from,
        shapes: { ...from.shapes, [name]: from.shapes[name]!.with(axis, length) },
      }),
    })),
  );
  const attrs = Object.entries(sample.attrs ?? {}).flatMap(([name, attr]) => {
    const set = (from: Sample, value: Attr) => ({ ...from, attrs: { ...from.attrs, [name]: value } });
    if (typeof attr === 'number') return [{ value: attr, grow: set }];
    if (typeof attr === 'boolean') return [];
    return attr.map((value, i) => ({
      value,
      grow: (from: Sample, length: number) => set(from, (from.attrs![name] as Shape).with(i, length)),
    }));
  });
  return [...dims, ...attrs].filter(({ value }) => value > 1);
}

/** The sample in which `place` and as few others of the same value as the op asks for have grown. */
function stretchedAt(
  op: OpEntry,
  sample: Sample,
  place: Place,
  places: readonly Place[],
  length: number,
): Sample | undefined {
  const alike = places.filter((other) => other !== place && other.value === place.value);
  const choices = Array.from({ length: 2 ** alike.length }, (_, bits) =>
    alike.filter((_, i) => (bits >> i) % 2 === 1),
  ).sort((a, b) => a.length - b.length);
  for (const others of choices) {
    let grown = [place, ...others].reduce((sofar, { grow }) => grow(sofar, length), sample);
    // Indices reach as far as what they may choose from.
    if (sample.classes === place.value) grown = { ...grown, classes: length };
    if (!isAccepted(op, grown.shapes, grown.attrs ?? {})) continue;
    const sizes = [
      ...Object.values(grown.shapes),
      op.shape(grown.shapes, { ...op.attrs, ...grown.attrs }, refuse),
    ];
    const [largest, all] = [
      Math.max(...sizes.map(sizeOf)),
      sizes.reduce((sum, shape) => sum + sizeOf(shape), 0),
    ];
    return largest >= length && all <= MOST ? grown : undefined;
  }
  return undefined;
}

function refuse(why: string): never {
  throw new TypeError(why);
}

/**
 * The case with numbers of one sign: the same again and again, and now and then a larger one. A sum that runs in float32
 * rounds each of them the same way, and is off by more than a thousandth before the end.
 */
export function oneSided(one: Case): Case {
  const [low, high] = one.sample.domain ?? [-2, 2];
  const usual = Math.fround(low + 0.7 * (high - low));
  const numbers = one.inputs.map(({ dtype }, i) => {
    const name = one.op.inputs[i]!;
    const values = one.numbers[name]!;
    return [
      name,
      dtype === 'i32' ? values : values.map((_, at) => (at % 4099 === 0 ? high : usual)),
    ] as const;
  });
  return { ...one, numbers: Object.fromEntries(numbers) };
}

/** Whether an element of the op's output depends on more numbers than one of each input. */
export function folds(op: OpEntry): boolean {
  return op.samples.some((sample) => {
    const one = caseOf(op, sample);
    // Small samples show it as well as large ones.
    if (sizeOf(one.y.shape) > 24 || one.inputs.some(({ shape }) => sizeOf(shape) > 24)) return false;
    const before = computed(one);
    const counts = new Uint32Array(before.length);
    one.inputs.forEach(({ dtype }, i) => {
      if (dtype === 'i32') return;
      const name = op.inputs[i]!;
      const values = one.numbers[name]!;
      for (let at = 0; at < values.length; at++) {
        const after = computed({ ...one, numbers: { ...one.numbers, [name]: values.with(at, 1.9) } });
        for (let j = 0; j < counts.length; j++) if (after[j] !== before[j]) counts[j]!++;
      }
    });
    return counts.some((count) => count > op.inputs.length);
  });
}

function computed({ op, inputs, y, numbers }: Case): Float64Array {
  const views = inputs.map(({ shape }, i) => ({ data: numbers[op.inputs[i]!]!, shape }));
  const data = new Float64Array(sizeOf(y.shape));
  if (y.origin.kind === 'op') op.kernel(byName(op, views), { data, shape: y.shape }, y.origin.attrs);
  return data;
}
