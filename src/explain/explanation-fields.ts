import { checkFunction, checkList, checkText, isA } from '../base/check.ts';
import { describe } from '../base/describe.ts';
import { OptionError, ShapeError } from '../base/errors.ts';
import { checkOptions, choose } from '../base/options.ts';
import { plainOf } from '../base/plain.ts';
import { checkNumber } from '../base/ranges.ts';
import { showShape, sizeOf } from '../base/shape.ts';
import { Values } from '../train/values.ts';
import type { ExplanationFields } from './explanation.ts';
import type { OutputKind } from './options.ts';

const NUMBERS = ['values', 'baseValues', 'outputs', 'data'] as const;
const MAYBE = ['convergenceDelta', 'stdError'] as const;
const NAMES = ['featureNames', 'outputNames', 'warnings'] as const;
const OTHERS = ['method', 'options', 'output', 'target', 'cost', 'unit', 'groups', 'known'];
const OUTPUTS: Readonly<Record<OutputKind, true>> = { logit: true, probability: true, value: true };

/**
 * The fields of an explanation, each of its type and of as many rows as the others.
 *
 * @throws {OptionError | ShapeError} naming the field and what came.
 */
export function readFields(fields: ExplanationFields): ExplanationFields {
  const where = 'explanation';
  const own = checkOptions(where, fields, [...NUMBERS, ...MAYBE, ...NAMES, ...OTHERS]);
  checkText(where, 'method', own.method);
  choose(`${where}: output`, own.output, OUTPUTS);
  if (own.unit !== undefined) checkText(where, 'unit', own.unit);
  checkFunction(where, 'known', own.known);
  for (const name of [...NUMBERS, ...MAYBE.filter((name) => own[name] !== undefined)])
    checkValues(name, own[name]);
  if (!isA(own.target, Int32Array))
    throw new OptionError(`${where}: target must be an Int32Array, got ${describe(own.target)}`);
  const rows = own.data.shape[0] ?? 0;
  for (const [name, got] of [
    ...NUMBERS.map((one) => [one, own[one].shape[0]] as const),
    ['target', own.target.length] as const,
  ])
    if (got !== rows) throw new ShapeError(`${where}: ${name} is of ${got} rows, and data of ${rows}`);
  const texts = (name: (typeof NAMES)[number]): string[] =>
    checkList(where, name, own[name], 'a list of strings').map((one, i) =>
      checkText(where, `${name}[${i}]`, one),
    );
  return {
    ...own,
    ...{ options: recordOf('options', own.options), cost: recordOf('cost', own.cost) },
    ...{
      featureNames: texts('featureNames'),
      outputNames: texts('outputNames'),
      warnings: texts('warnings'),
    },
    groups: own.groups === undefined ? undefined : groupsOf(own.groups, sizeOf(own.data.shape.slice(1))),
  };
}

function checkValues(name: string, given: unknown): void {
  const where = `explanation: ${name}`;
  if (!isA(given, Values))
    throw new OptionError(`${where} must be values with a shape, got ${describe(given)}`);
  const { data, shape } = given;
  if (sizeOf(shape) === data.length) return;
  throw new ShapeError(`${where} do not fill their shape`, {
    shape: showShape(shape),
    data: `[${data.length}]`,
  });
}

function recordOf<T extends object>(name: string, given: T): T {
  return { ...checkRecord(name, plainOf(`explanation: ${name}`, given, 'kept')) };
}

function checkRecord<T extends object>(name: string, given: T): T {
  if (typeof given === 'object' && given !== null && !Array.isArray(given)) return given;
  throw new OptionError(`explanation: ${name} must be an object, got ${describe(given)}`);
}

function groupsOf(given: unknown, width: number): NonNullable<ExplanationFields['groups']> {
  const where = 'explanation';
  return checkList(where, 'groups', plainOf(`${where}: groups`, given)).map((one, i) => {
    const { column, outputs } = checkRecord(`groups[${i}]`, one as { column: unknown; outputs: unknown });
    return {
      column: checkText(where, `groups[${i}].column`, column),
      outputs: checkList(where, `groups[${i}].outputs`, outputs).map((at) =>
        checkNumber(where, `groups[${i}].outputs`, at, { least: 0, below: width, whole: true }),
      ),
    };
  });
}
