import { styleText } from 'node:util';

/** Where text goes: a stream such as `process.stdout`. */
export interface TextStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly write: (text: string) => unknown;
}

/** Environment variables by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

type Format = 'bold' | 'dim' | 'green' | 'red' | 'yellow';

/** Columns of the labels that stand before facts. */
const LABEL = 11;

/** The one place where the command line writes: plain lines, with colour on terminals that want it. */
export class Output {
  readonly stream: TextStream;
  readonly #styled: boolean;

  constructor(stream: TextStream, env: Environment) {
    this.stream = stream;
    this.#styled = wantsColour(stream, env);
  }

  /** A line. What a terminal would take for a command is replaced: column names come from files. */
  line(text = '', format?: Format): void {
    this.write(`${this.#style(printable(text), format)}\n`);
  }

  /** A line that names a fact; further lines of the text are set in as the first one. */
  fact(label: string, text: string): void {
    const body = printable(text).replaceAll('\n', `\n${' '.repeat(LABEL + 2)}`);
    this.write(`  ${this.#style(label.padEnd(LABEL), 'dim')}${body}\n`);
  }

  /** Text as it is. */
  write(text: string): void {
    this.stream.write(text);
  }

  #style(text: string, format: Format | undefined): string {
    if (!this.#styled || format === undefined) return text;
    return styleText(format, text, { validateStream: false });
  }
}

/** https://no-color.org: NO_COLOR counts when it is there and not empty; FORCE_COLOR overrules what the stream is. */
function wantsColour(stream: TextStream, env: Environment): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

function printable(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]/gu, '\ufffd');
}

/** `1 row`, `2 rows`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
