import { type ParseArgsConfig, parseArgs } from 'node:util';
import { OptionError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';

/** What was typed is no command, no option, or no value for one. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** An option as it is typed and explained. */
export interface OptionHelp {
  /** What stands for the value in the help, such as `N`; an option without a value is on or off. */
  readonly value?: string;
  readonly short?: string;
  readonly help: string;
  /**
   * Of a value that is a path: whether the command reads what is there or writes it. What is written must be none of what
   * is read, so a `FILE` or `DIR` without this is refused by a test.
   */
  readonly path?: 'read' | 'write';
  /** The path where none is typed. */
  readonly otherwise?: (args: Arguments) => string | undefined;
}

/** The options of a command by name, without the dashes. */
export type OptionTable = Readonly<Record<string, OptionHelp>>;

/** Options that every command has. */
export const COMMON = {
  help: { short: 'h', help: 'print this help' },
} as const satisfies OptionTable;

interface Range {
  readonly least?: number;
  readonly above?: number;
  readonly below?: number;
}

/** The words after a command, read by its table of options. Getters refuse values that cannot be. */
export class Arguments {
  readonly positionals: readonly string[];
  readonly #values: Readonly<Record<string, string | boolean | undefined>>;
  readonly #table: OptionTable;

  private constructor(
    positionals: readonly string[],
    values: Record<string, string | boolean | undefined>,
    table: OptionTable,
  ) {
    this.positionals = positionals;
    this.#values = values;
    this.#table = table;
  }

  /** @throws {UsageError} for an option that the table does not have, a value too many or one that is missing. */
  static parse(words: readonly string[], table: OptionTable): Arguments {
    const options: NonNullable<ParseArgsConfig['options']> = Object.fromEntries(
      Object.entries(table).map(([name, { value, short }]) => [
        name,
        { type: value === undefined ? 'boolean' : 'string', ...(short !== undefined && { short }) },
      ]),
    );
    refuseUnknown(words, options);
    try {
      const { values, positionals } = parseArgs({
        args: [...words],
        options,
        allowPositionals: true,
        strict: true,
      });
      return new Arguments(positionals, values as Record<string, string | boolean | undefined>, table);
    } catch (error) {
      if (!isParseError(error)) throw error;
      throw new UsageError(lowerFirst(error.message.replaceAll('\n', ' ')));
    }
  }

  /** Whether an option without a value is there. */
  has(name: string): boolean {
    return this.#values[name] === true;
  }

  text(name: string): string | undefined {
    const value = this.#values[name];
    if (typeof value !== 'string') return undefined;
    if (value === '') throw new UsageError(`--${name} is empty`);
    return value;
  }

  /** The path that was typed, or the one that the table has for when none was. */
  path(name: string): string | undefined {
    return this.text(name) ?? this.#table[name]?.otherwise?.(this);
  }

  /** One of some words. */
  word<T extends string>(name: string, words: readonly T[]): T | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const found = words.find((word) => word === text);
    if (found !== undefined) return found;
    const hint = didYouMean(text, words);
    throw new UsageError(
      `--${name} must be ${words.join(' or ')}, got "${text}"${hint === undefined ? '' : `; ${hint}`}`,
    );
  }

  /** A number; whole ones are asked for with {@link whole}. */
  number(name: string, range: Range): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    return readNumber(`--${name}`, text, range, false);
  }

  whole(name: string, least: number): number | undefined {
    const text = this.text(name);
    return text === undefined ? undefined : readNumber(`--${name}`, text, { least }, true);
  }

  /** Words between commas. */
  list(name: string): readonly string[] | undefined {
    const words = this.text(name)?.split(',');
    if (words?.some((word) => word === '')) throw new UsageError(`--${name} has an empty name in its list`);
    return words;
  }

  /** Whole numbers of at least 1 between commas, or `none` for an empty list. */
  sizes(name: string): readonly number[] | undefined {
    if (this.text(name) === 'none') return [];
    return this.list(name)?.map((word) => readNumber(`--${name}`, word, { least: 1 }, true));
  }
}

/** Makes what an option stands for; the library's word that it cannot be is one about usage here. */
export function fromOption<T>(name: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof OptionError) throw new UsageError(`--${name}: ${error.message}`);
    throw error;
  }
}

/** parseArgs refuses unknown options too, but does not say which ones are near. */
function refuseUnknown(words: readonly string[], options: NonNullable<ParseArgsConfig['options']>): void {
  const { tokens } = parseArgs({ args: [...words], options, strict: false, tokens: true });
  const known = Object.keys(options);
  for (const token of tokens) {
    if (token.kind !== 'option' || Object.hasOwn(options, token.name)) continue;
    const hint = token.name.length > 1 ? didYouMean(token.name, known) : undefined;
    const near = hint === undefined ? '' : `; ${hint.replace('"', '"--')}`;
    throw new UsageError(`there is no option ${token.rawName}${near}`);
  }
}

function readNumber(what: string, text: string, range: Range, whole: boolean): number {
  const { least, above, below } = range;
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
  const fits =
    (whole ? Number.isSafeInteger(value) : Number.isFinite(value)) &&
    (least === undefined || value >= least) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below);
  if (fits) return value;
  const limits = [
    least === undefined ? undefined : `of at least ${least}`,
    above === undefined ? undefined : `above ${above}`,
    below === undefined ? undefined : `below ${below}`,
  ].filter((limit) => limit !== undefined);
  throw new UsageError(
    `${what} must be a ${whole ? 'whole number' : 'number'} ${limits.join(' and ')}, got "${text}"`,
  );
}

function isParseError(error: unknown): error is Error & { code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS_');
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
