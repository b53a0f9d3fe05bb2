import { checkFlag, checkFunction, checkList, checkText } from '../base/check.ts';
import { describe, describeList } from '../base/describe.ts';
import type { DType } from '../base/dtype.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions, choose, ownOf } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { readShape } from '../base/shape.ts';
import { checkAttr } from './attr.ts';
import { defineOp, type OpDefinition, type OpEntry, type Sample } from './op.ts';

const TYPES: Readonly<Record<DType, true>> = { f32: true, i32: true };

const NEEDED = ['shape', 'kernel'] as const;
const FUNCTIONS = [...NEEDED, 'grad', 'map', 'simplify', 'compose', 'parts', 'flops'] as const;
const FLAGS = ['held', 'view', 'blocks'] as const;
const KNOWN = [
  ...['name', 'inputs', 'inputTypes', 'outputType', 'attrs', 'linear', 'samples', 'tolerance', 'exempt'],
  ...FUNCTIONS,
  ...FLAGS,
];

/**
 * Enters an op into the table. Defining it is all that is needed for it to be compiled, linked and tested.
 *
 * @throws {OptionError} for a part that there is none of, and for one that is not of its type.
 * @throws {ProgramError} when there is an op of that name.
 */
export function defineCheckedOp(definition: OpDefinition): OpEntry {
  return defineOp(readDefinition(definition));
}

/**
 * A copy of what an op is defined by, each part of its type.
 *
 * @throws {OptionError} naming the part and what came.
 */
export function readDefinition(definition: OpDefinition): OpDefinition {
  const own = checkOptions('defineOp', definition, KNOWN);
  const where = `op ${checkText('defineOp', 'name', own.name)}`;
  for (const key of FUNCTIONS) checkFunction(where, key, own[key]);
  for (const key of NEEDED) if (own[key] === undefined) throw new OptionError(`${where}: ${key} is missing`);
  for (const key of FLAGS) if (own[key] !== undefined) checkFlag(where, key, own[key]);
  if (own.outputType !== undefined) choose(`${where}: outputType`, own.outputType, TYPES);
  if (own.tolerance !== undefined) checkNumber(where, 'tolerance', own.tolerance, { least: 0 });
  const inputs = readNames(where, own.inputs);
  const read = {
    ...own,
    inputs,
    samples: readSamples(where, inputs, own.samples),
  };
  if (own.inputTypes !== undefined)
    Object.assign(read, { inputTypes: readTypes(where, inputs, own.inputTypes) });
  if (own.attrs !== undefined) {
    const attrs = Object.entries(ownOf(where, own.attrs, []));
    const checked = attrs.map(([key, value]) => [key, checkAttr(where, `attrs.${key}`, value, value)]);
    Object.assign(read, { attrs: Object.fromEntries(checked) });
  }
  if (own.linear !== undefined) {
    const groups = checkList(where, 'linear', own.linear);
    Object.assign(read, { linear: groups.map((group) => readNames(`${where}: linear`, group)) });
  }
  if (own.exempt !== undefined)
    Object.assign(read, { exempt: checkOptions(`${where}: exempt`, own.exempt, ['gradient', 'nonFinite']) });
  return read;
}

/**
 * Names of an op's inputs.
 *
 * @throws {OptionError} for what is not a list of different names.
 */
export function readNames(where: string, given: unknown): string[] {
  const names = checkList(where, 'inputs', given, 'a list of names').map((one, i) =>
    checkText(where, `inputs[${i}]`, one),
  );
  if (new Set(names).size === names.length) return names;
  throw new OptionError(`${where}: two inputs have the same name`, { inputs: names });
}

/**
 * Samples with a shape for each input; the rest of them is for tests to read.
 *
 * @throws {OptionError} for what is not a list of such samples.
 */
export function readSamples(where: string, inputs: readonly string[], given: unknown): Sample[] {
  return checkList(where, 'samples', given, 'a list of samples').map((sample, i) => {
    const at = `${where}: samples[${i}]`;
    const own = checkOptions(at, sample as Sample, ['shapes', 'attrs', 'domain', 'classes']);
    const shapes = ownOf(`${at}.shapes`, own.shapes, inputs);
    const read = inputs.map((input) => {
      const shape = readShape(shapes[input]);
      if (shape !== undefined) return [input, shape] as const;
      throw new OptionError(`${at}: the shape of ${input} is ${describeList(shapes[input])}`);
    });
    return { ...own, shapes: Object.fromEntries(read) };
  });
}

/**
 * Types of those inputs that are not f32.
 *
 * @throws {OptionError} for what is not the type of an input.
 */
export function readTypes(where: string, inputs: readonly string[], given: object): Record<string, DType> {
  const own = checkOptions(`${where}: inputTypes`, given, inputs) as Record<string, DType>;
  for (const [input, type] of Object.entries(own)) {
    if (typeof type === 'string' && Object.hasOwn(TYPES, type)) continue;
    throw new OptionError(`${where}: the type of ${input} must be f32 or i32, got ${describe(type)}`);
  }
  return { ...own };
}
