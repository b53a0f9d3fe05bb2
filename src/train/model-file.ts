import { describeList } from '../base/describe.ts';
import { FileError } from '../base/errors.ts';
import type { Shape } from '../base/shape.ts';

/** What model.json holds: everything but the numbers. */
export interface ModelFile {
  readonly format: 'glia.model';
  readonly version: 1;
  readonly seed: number;
  /** Training steps and epochs so far: they decide which masks and shuffles come next. */
  readonly trained: { readonly steps: number; readonly epochs: number };
  /** Shape of each input, without the batch axis. */
  readonly inputs: readonly Shape[];
  /** Calls of layers; values are numbered, first the inputs, then the calls. */
  readonly calls: readonly {
    readonly name: string;
    readonly kind: string;
    readonly config: Readonly<Record<string, unknown>>;
    readonly inputs: readonly number[];
  }[];
  readonly outputs: readonly number[];
  /** Loss of the last `fit`, unless it was a function of the program's own. */
  readonly loss: { readonly name: string; readonly config: Readonly<Record<string, unknown>> } | null;
  /** Names of the metrics of the last `fit` that are glia's; files of earlier versions have none. */
  readonly metrics?: readonly string[];
  /** Preprocessing, as `Prepared.toJSON` gives it. */
  readonly prepare: unknown;
}

/**
 * Reads model.json and checks all that is used of it.
 *
 * @throws {FileError} naming the field, what was wanted and what came.
 */
export function parseModelFile(text: string, at: string): ModelFile {
  const check: Check = (ok, field, wanted, got) => {
    if (ok) return;
    throw new FileError(`${field} is not ${wanted}`, {
      at,
      got: got === undefined ? 'nothing' : describeList(got),
    });
  };
  const file = asRecord(parseJson(text, at), 'the file', check);
  check(file['format'] === 'glia.model', 'format', '"glia.model"', file['format']);
  check(file['version'] === 1, 'version', '1, the one that this glia reads', file['version']);
  check(Number.isSafeInteger(file['seed']), 'seed', 'a whole number', file['seed']);
  const { steps, epochs } = asRecord(file['trained'], 'trained', check);
  for (const [name, count] of Object.entries({ steps, epochs })) {
    check(isBelow(count, Number.MAX_SAFE_INTEGER), `trained.${name}`, 'a count', count);
  }
  const inputs = asArray(file['inputs'], 'inputs', check);
  for (const [i, shape] of inputs.entries()) check(isShape(shape), `inputs[${i}]`, 'a shape', shape);
  check(inputs.length > 0, 'inputs', 'a list with at least one shape', inputs);
  const calls = asArray(file['calls'], 'calls', check);
  for (const [i, call] of calls.entries()) checkCall(call, i, inputs.length, check);
  const outputs = asArray(file['outputs'], 'outputs', check);
  check(outputs.length > 0, 'outputs', 'a list with at least one value', outputs);
  const values = inputs.length + calls.length;
  for (const [i, output] of outputs.entries()) {
    check(isBelow(output, values), `outputs[${i}]`, 'the number of a value', output);
  }
  const { loss } = file;
  if (loss !== null) {
    const { name, config } = asRecord(loss, 'loss', check);
    check(typeof name === 'string', 'loss.name', 'a name', name);
    asRecord(config, 'loss.config', check);
  }
  if (file['metrics'] !== undefined) {
    for (const name of asArray(file['metrics'], 'metrics', check))
      check(typeof name === 'string', 'metrics', 'a list of names', name);
  }
  return file as unknown as ModelFile;
}

type Check = (ok: boolean, field: string, wanted: string, got: unknown) => void;

function parseJson(text: string, at: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new FileError('the file is not JSON', { at }, error);
  }
}

function checkCall(call: unknown, i: number, inputs: number, check: Check): void {
  const field = `calls[${i}]`;
  const { name, kind, config, inputs: from } = asRecord(call, field, check);
  check(typeof name === 'string' && /^[\w-]+$/.test(name), `${field}.name`, 'a layer name', name);
  check(typeof kind === 'string', `${field}.kind`, 'a kind of layer', kind);
  asRecord(config, `${field}.config`, check);
  const list = asArray(from, `${field}.inputs`, check);
  check(list.length > 0, `${field}.inputs`, 'a list with at least one value', list);
  for (const input of list)
    check(isBelow(input, inputs + i), `${field}.inputs`, 'numbers of earlier values', input);
}

function asRecord(value: unknown, field: string, check: Check): Record<string, unknown> {
  check(typeof value === 'object' && value !== null && !Array.isArray(value), field, 'an object', value);
  return value as Record<string, unknown>;
}

function asArray(value: unknown, field: string, check: Check): readonly unknown[] {
  check(Array.isArray(value), field, 'a list', value);
  return value as readonly unknown[];
}

function isBelow(value: unknown, limit: number): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) < limit;
}

function isShape(value: unknown): boolean {
  return Array.isArray(value) && value.every((dim) => Number.isSafeInteger(dim) && dim > 0 && dim < 2 ** 31);
}
