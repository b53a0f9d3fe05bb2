import { styleText } from 'node:util';
import { columnsOf, shortenTo } from '../base/shorten.ts';
import { visible } from '../base/visible.ts';

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

const [NARROWEST, USUAL_WIDTH] = [40, 80];

/** The one place where the command line writes: plain lines, with colour on terminals that want it. */
export class Output {
  readonly stream: TextStream;
  readonly #styled: boolean;

  constructor(stream: TextStream, env: Environment) {
    this.stream = stream;
    this.#styled = wantsColour(stream, env);
  }

  /** Columns that a line may take: those of the terminal, and where there is none as many as most have. */
  get width(): number {
    return Math.max(NARROWEST, this.stream.columns ?? USUAL_WIDTH);
  }

  /** A line. What a terminal would take for a command is written out: column names come from files. */
  line(text = '', format?: Format): void {
    this.stream.write(`${this.#style(visible(text), format)}\n`);
  }

  /**
   * A line that names a fact; further lines of the text are set in as the first one. On a terminal a line breaks between
   * words; in a file it stays one, for those who search in it.
   */
  fact(label: string, text: string): void {
    const room = this.stream.columns === undefined ? Number.POSITIVE_INFINITY : this.width - LABEL - 2;
    const lines = visible(text)
      .split('\n')
      .flatMap((line) => wrapped(line, room));
    const body = lines.join(`\n${' '.repeat(LABEL + 2)}`);
    this.stream.write(`  ${this.#style(`${label.padEnd(LABEL - 1)} `, 'dim')}${body}\n`);
  }

  /**
   * Data, such as a CSV: into a file or a pipe as it is. On a terminal it is for eyes, and what would command the terminal is
   * written out as in a line.
   */
  write(text: string): void {
    this.stream.write(this.stream.isTTY === true ? visible(text) : text);
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

/** A line as lines of at most so many columns, broken between words. */
function wrapped(line: string, room: number): string[] {
  if (line.length <= room) return [line];
  const lines: string[] = [];
  for (const word of line.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= room)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** As much of a name as fits so many columns. */
export function shortened(name: string, room: number): string {
  return shortenTo(name, room, columnsOf);
}

/** `1 row`, `2 rows`. */
export function counted(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
