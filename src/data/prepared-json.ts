import { DataError } from '../base/errors.ts';
import { describe } from './cells.ts';
import type { CategoricalInput, Input, NumericInput } from './encode.ts';
import type { PreparedState } from './prepared.ts';
import type { Target } from './target.ts';

/** A `Prepared` as it is saved. */
export interface PreparedJson {
  readonly format: 'glia.columns';
  readonly version: 1;
  readonly inputs: readonly Input[];
  readonly target: Target | null;
  readonly unused: readonly string[];
}

/**
 * Checks what `Prepared.toJSON` wrote, which may have been changed since. Everything is rebuilt from the named own
 * keys, so nothing else of the file, `__proto__` included, gets any further.
 *
 * @throws {DataError} naming the place.
 */
export function parsePrepared(json: unknown): PreparedState {
  const top = record(json, 'prepared', ['format', 'version', 'inputs', 'target', 'unused']);
  if (top.get('format') !== 'glia.columns')
    throw refuse('prepared.format', top.get('format'), '"glia.columns"');
  if (top.get('version') !== 1) throw refuse('prepared.version', top.get('version'), '1');
  const inputs = list(top.get('inputs'), 'prepared.inputs').map((input, i) =>
    parseInput(input, `inputs[${i}]`),
  );
  if (inputs.length === 0) throw refuse('prepared.inputs', [], 'at least one input');
  const target = top.get('target') === null ? undefined : parseTarget(top.get('target'));
  const unused = list(top.get('unused'), 'prepared.unused').map((name) => text(name, 'prepared.unused'));
  checkDistinct(
    [...inputs.map(({ column }) => column), ...(target ? [target.column] : []), ...unused],
    'prepared',
  );
  return { inputs, target, unused };
}

function parseInput(json: unknown, at: string): Input {
  const kind = record(json, at).get('kind');
  if (kind === 'numeric') return parseNumeric(json, at);
  if (kind === 'onehot' || kind === 'ordinal') return parseCategorical(json, kind, at);
  throw refuse(`${at}.kind`, kind, '"numeric", "onehot" or "ordinal"');
}

function parseNumeric(json: unknown, at: string): NumericInput {
  const input = record(json, at, ['kind', 'column', 'impute', 'shift', 'scale']);
  const impute = input.get('impute');
  return {
    kind: 'numeric',
    column: text(input.get('column'), `${at}.column`),
    impute: impute === null ? null : number(impute, `${at}.impute`),
    shift: number(input.get('shift'), `${at}.shift`),
    scale: divisor(input.get('scale'), `${at}.scale`),
  };
}

function parseCategorical(json: unknown, kind: 'onehot' | 'ordinal', at: string): CategoricalInput {
  const input = record(json, at, ['kind', 'column', 'categories', 'unknown']);
  const unknown = input.get('unknown');
  if (unknown !== 'ignore' && unknown !== 'error')
    throw refuse(`${at}.unknown`, unknown, '"ignore" or "error"');
  const categories = list(input.get('categories'), `${at}.categories`).map((category) =>
    category === null ? null : text(category, `${at}.categories`),
  );
  checkDistinct(categories, `${at}.categories`);
  return { kind, column: text(input.get('column'), `${at}.column`), categories, unknown };
}

function parseTarget(json: unknown): Target {
  const target = record(json, 'target', ['column', 'encode', 'classes', 'shift', 'scale']);
  const encode = target.get('encode');
  if (encode !== 'label' && encode !== 'onehot' && encode !== 'none') {
    throw refuse('target.encode', encode, '"label", "onehot" or "none"');
  }
  const classes = list(target.get('classes'), 'target.classes').map((name) => text(name, 'target.classes'));
  checkDistinct(classes, 'target.classes');
  if (encode === 'none' ? classes.length > 0 : classes.length < 2) {
    throw refuse(
      'target.classes',
      classes,
      encode === 'none' ? 'none for a numeric target' : 'two classes or more',
    );
  }
  return {
    column: text(target.get('column'), 'target.column'),
    encode,
    classes,
    shift: number(target.get('shift'), 'target.shift'),
    scale: divisor(target.get('scale'), 'target.scale'),
  };
}

/** The own properties of an object, all of them among `keys` and each of `keys` there. */
function record(value: unknown, at: string, keys?: readonly string[]): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw refuse(at, value, 'an object');
  const found = new Map<string, unknown>(Object.entries(value));
  for (const key of keys === undefined ? [] : found.keys()) {
    if (!keys!.includes(key)) throw refuse(`${at}: key`, key, keys!.join(', '));
  }
  for (const key of keys ?? []) if (!found.has(key)) throw refuse(`${at}.${key}`, undefined, 'a value');
  return found;
}

function list(value: unknown, at: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw refuse(at, value, 'a list');
}

function text(value: unknown, at: string): string {
  if (typeof value === 'string') return value;
  throw refuse(at, value, 'a string');
}

function number(value: unknown, at: string): number {
  if (Number.isFinite(value)) return value as number;
  throw refuse(at, value, 'a finite number');
}

function divisor(value: unknown, at: string): number {
  const scale = number(value, at);
  if (scale > 0) return scale;
  throw refuse(at, value, 'a number above 0');
}

function checkDistinct(names: readonly (string | null)[], at: string): void {
  const seen = new Set<string | null>();
  for (const name of names) {
    if (seen.has(name)) throw new DataError(`prepared: "${name}" comes twice`, { at });
    seen.add(name);
  }
}

function refuse(at: string, got: unknown, wanted: string): DataError {
  return new DataError(`prepared: ${at} is ${describe(got)}`, { wanted });
}
