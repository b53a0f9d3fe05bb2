import { DataError } from '../base/errors.ts';
import { describe } from './cells.ts';
import type { ColumnNote } from './column-notes.ts';
import { DATE_PARTS, type DateInput, type DatePart } from './date-input.ts';
import { DATE_ORDERS, type DateOrder } from './dates.ts';
import type { CategoricalInput, Input, NumberKind, NumericInput } from './encode.ts';
import type { PreparedState } from './prepared.ts';
import { PLAIN_READING, type Reading } from './reading.ts';
import type { Affine } from './scale.ts';
import type { Target } from './target.ts';

/** A `Prepared` as it is saved. */
export interface PreparedJson {
  readonly format: 'glia.columns';
  /** Files of version 1, without `reading`, `notes`, `constant` and `values`, are read, too. */
  readonly version: 2;
  readonly inputs: readonly Input[];
  readonly target: Target | null;
  readonly unused: readonly string[];
  /** How the cells of the training rows were written. */
  readonly reading: {
    readonly missing: readonly string[];
    readonly decimal: '.' | ',';
    readonly thousands: string;
  };
  readonly notes: readonly ColumnNote[];
}

const NUMBER_KINDS: readonly NumberKind[] = ['boolean', 'whole', 'real'];

/** Keys by version. */
const KEYS = {
  1: ['format', 'version', 'inputs', 'target', 'unused'],
  2: ['format', 'version', 'inputs', 'target', 'unused', 'reading', 'notes'],
} as const;

/**
 * Checks what `Prepared.toJSON` wrote, which may have been changed since. Everything is rebuilt from the named own
 * keys, so nothing else of the file, `__proto__` included, gets any further.
 *
 * @throws {DataError} naming the place.
 */
export function parsePrepared(json: unknown): PreparedState {
  const version = record(json, 'prepared').get('version');
  if (version !== 1 && version !== 2) throw refuse('prepared.version', version, '1 or 2');
  const top = record(json, 'prepared', KEYS[version]);
  if (top.get('format') !== 'glia.columns')
    throw refuse('prepared.format', top.get('format'), '"glia.columns"');
  const inputs = list(top.get('inputs'), 'prepared.inputs').map((input, i) =>
    parseInput(input, `inputs[${i}]`, version),
  );
  if (inputs.length === 0) throw refuse('prepared.inputs', [], 'at least one input');
  const target = top.get('target') === null ? undefined : parseTarget(top.get('target'));
  const unused = list(top.get('unused'), 'prepared.unused').map((name) => text(name, 'prepared.unused'));
  checkDistinct(
    [...inputs.map(({ column }) => column), ...(target ? [target.column] : []), ...unused],
    'prepared',
  );
  if (version === 1) return { inputs, target, unused, reading: PLAIN_READING, notes: [] };
  return {
    inputs,
    target,
    unused,
    reading: parseReading(top.get('reading')),
    notes: list(top.get('notes'), 'prepared.notes').map((one, i) => parseNote(one, `notes[${i}]`)),
  };
}

function parseReading(json: unknown): Reading {
  const reading = record(json, 'reading', ['missing', 'decimal', 'thousands']);
  const decimal = reading.get('decimal');
  if (decimal !== '.' && decimal !== ',') throw refuse('reading.decimal', decimal, '"." or ","');
  const thousands = text(reading.get('thousands'), 'reading.thousands');
  if (thousands.length > 1 || thousands === decimal)
    throw refuse('reading.thousands', thousands, 'one character, not that of the decimals, or ""');
  const missing = list(reading.get('missing'), 'reading.missing').map((mark) =>
    text(mark, 'reading.missing'),
  );
  return { missing: new Set(missing), decimal, thousands };
}

function parseNote(json: unknown, at: string): ColumnNote {
  const note = record(json, at, ['column', 'message', 'rows', 'cells', 'hint']);
  return {
    column: text(note.get('column'), `${at}.column`),
    message: text(note.get('message'), `${at}.message`),
    rows: list(note.get('rows'), `${at}.rows`).map((row) => number(row, `${at}.rows`)),
    cells: number(note.get('cells'), `${at}.cells`),
    hint: text(note.get('hint'), `${at}.hint`),
  };
}

function parseInput(json: unknown, at: string, version: 1 | 2): Input {
  const kind = record(json, at).get('kind');
  if (kind === 'numeric') return parseNumeric(json, at, version);
  if (kind === 'onehot' || kind === 'ordinal') return parseCategorical(json, kind, at);
  if (kind === 'date' && version === 2) return parseDate(json, at);
  throw refuse(`${at}.kind`, kind, '"numeric", "onehot", "ordinal" or "date"');
}

function parseNumeric(json: unknown, at: string, version: 1 | 2): NumericInput {
  const keys = ['kind', 'column', 'impute', 'shift', 'scale'];
  const input = record(json, at, version === 1 ? keys : [...keys, 'constant', 'values']);
  const impute = input.get('impute');
  const constant = version === 1 ? false : input.get('constant');
  if (typeof constant !== 'boolean') throw refuse(`${at}.constant`, constant, 'true or false');
  const values = version === 1 ? 'real' : (input.get('values') as NumberKind);
  if (!NUMBER_KINDS.includes(values)) throw refuse(`${at}.values`, values, NUMBER_KINDS.join(', '));
  return {
    kind: 'numeric',
    column: text(input.get('column'), `${at}.column`),
    impute: impute === null ? null : number(impute, `${at}.impute`),
    ...affine(input, at),
    constant,
    values,
  };
}

function parseDate(json: unknown, at: string): DateInput {
  const input = record(json, at, ['kind', 'column', 'order', 'parts', 'impute', 'year', 'days']);
  const order = input.get('order') as DateOrder;
  if (!DATE_ORDERS.includes(order)) throw refuse(`${at}.order`, order, DATE_ORDERS.join(', '));
  const parts = list(input.get('parts'), `${at}.parts`) as DatePart[];
  const ordered = DATE_PARTS.filter((part) => parts.includes(part));
  if (parts.length === 0 || parts.some((part, i) => part !== ordered[i]))
    throw refuse(`${at}.parts`, parts, `some of ${DATE_PARTS.join(', ')} in this order`);
  const impute = input.get('impute');
  return {
    kind: 'date',
    column: text(input.get('column'), `${at}.column`),
    order,
    parts: ordered,
    impute: impute === null ? null : number(impute, `${at}.impute`),
    year: affine(record(input.get('year'), `${at}.year`, ['shift', 'scale']), `${at}.year`),
    days: affine(record(input.get('days'), `${at}.days`, ['shift', 'scale']), `${at}.days`),
  };
}

function affine(from: ReadonlyMap<string, unknown>, at: string): Affine {
  return {
    shift: number(from.get('shift'), `${at}.shift`),
    scale: divisor(from.get('scale'), `${at}.scale`),
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
    ...affine(target, 'target'),
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
