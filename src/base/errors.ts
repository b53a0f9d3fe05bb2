import { describe, isRecord } from './describe.ts';
import { visible } from './visible.ts';

/** What stands under the first line of a message: where, what came, what to try. */
export interface Facts {
  /** Path of the layer, file or option that the error is about. */
  readonly at?: string | undefined;
  /** What to try. */
  readonly hint?: string | undefined;
  /** Shapes and values by name; each becomes a line of the message. */
  readonly [name: string]: unknown;
}

/**
 * Base of every error that glia throws on purpose. `code` is stable and meant for programs, the message for
 * people: one line that says what is wrong with the number that came, then a line for each fact.
 *
 * @example
 * try { await model.fit(x, y); } catch (error) {
 *   if (error instanceof GliaError && error.code === 'ERR_GLIA_SHAPE') console.error(error.message);
 * }
 */
export class GliaError extends Error {
  /** Stable identifier such as `ERR_GLIA_SHAPE`. */
  readonly code: string;
  readonly facts: Facts;

  constructor(code: string, summary: string, facts: Facts = {}, cause?: unknown) {
    super(layout(summary, facts), cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.facts = facts;
  }
}

/** Shapes that do not fit. The message gives each of them, the layer's path and what to try. */
export class ShapeError extends GliaError {
  constructor(summary: string, facts?: Facts) {
    super('ERR_GLIA_SHAPE', summary, facts);
  }
}

/** An option that does not exist, or a value that an option or argument cannot take. */
export class OptionError extends GliaError {
  constructor(summary: string, facts?: Facts, cause?: unknown) {
    super('ERR_GLIA_OPTION', summary, facts, cause);
  }
}

/** Data that cannot be used: a malformed file, a value that is not finite, a label out of range. */
export class DataError extends GliaError {
  constructor(summary: string, facts?: Facts, cause?: unknown) {
    super('ERR_GLIA_DATA', summary, facts, cause);
  }
}

/** A file that is missing, unreadable, or not what its name says. */
export class FileError extends GliaError {
  constructor(summary: string, facts?: Facts, cause?: unknown) {
    super('ERR_GLIA_FILE', summary, facts, cause);
  }
}

/** An addon whose kernels do not carry the signatures of the op table. */
export class LinkError extends GliaError {
  constructor(summary: string, facts?: Facts) {
    super('ERR_GLIA_LINK', summary, facts);
  }
}

/** A backend that was asked for and cannot serve. */
export class BackendError extends GliaError {
  constructor(summary: string, facts?: Facts, cause?: unknown) {
    super('ERR_GLIA_BACKEND', summary, facts, cause);
  }
}

/** A loss, gradient or weight that is NaN or infinite. */
export class NumericError extends GliaError {
  constructor(summary: string, facts?: Facts) {
    super('ERR_GLIA_NUMERIC', summary, facts);
  }
}

/** A graph or a program that breaks an invariant of the compiler: a bug in glia or in a custom op. */
export class ProgramError extends GliaError {
  constructor(summary: string, facts?: Facts) {
    super('ERR_GLIA_PROGRAM', summary, facts);
  }
}

/** Characters of a fact and of the first line that are shown; `facts` has all of them. */
const LONGEST = 2000;
/** Elements of a list that are shown. */
const MOST = 200;

function layout(summary: string, facts: Facts): string {
  const told = entriesOf(facts);
  const width = Math.max(5, ...told.map(([name]) => name.length));
  const lines = told.map(([name, value]) => `\n  ${name.padEnd(width)} ${shorten(show(value, 0))}`);
  // Names and cells come from files: a message must be fit for a terminal and a log, whoever prints it.
  return visible(shorten(typeof summary === 'string' ? summary : describe(summary)) + lines.join(''));
}

/** The facts that are known, in the order in which they are told. An error is not stopped by what it is about. */
function entriesOf(facts: Facts): (readonly [name: string, value: unknown])[] {
  try {
    const { at, hint, ...rest } = (isRecord(facts) ? facts : {}) as Facts;
    return Object.entries({ at, ...rest, hint }).filter(([, value]) => value !== undefined);
  } catch {
    return [];
  }
}

function show(value: unknown, depth: number): string {
  if (typeof value === 'string') return value;
  if (!Array.isArray(value) || depth > 8) return describe(value);
  const shown = value.slice(0, MOST).map((one) => show(one, depth + 1));
  return `[${shown.join(', ')}${value.length > MOST ? `, and ${value.length - MOST} more` : ''}]`;
}

function shorten(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}... (${text.length} characters)` : text;
}
