import type { BackendName } from '../backend/backend.ts';
import { largest } from '../base/order.ts';
import { type Arguments, COMMON, type OptionTable } from './arguments.ts';
import type { Environment, Output, TextStream } from './output.ts';

/** What a process gives the command line. Tests give their own. */
export interface Host {
  readonly stdout: TextStream;
  readonly stderr: TextStream;
  /** Folder that paths start from. */
  readonly cwd: string;
  readonly env: Environment;
  /** Runs work that ends early and in order when the user interrupts: by Ctrl-C on a terminal. */
  readonly interruptible: <T>(work: (signal: AbortSignal) => Promise<T>) => Promise<T>;
}

/** What a command works with. */
export interface Context {
  readonly args: Arguments;
  readonly out: Output;
  readonly err: Output;
  readonly cwd: string;
  readonly interruptible: Host['interruptible'];
}

/** Exit codes, as shells know them. */
export const EXIT = { fine: 0, failed: 1, usage: 2, interrupted: 130 } as const;

/** Where to compute. */
export const BACKENDS: readonly BackendName[] = ['native', 'typescript'];

/** Options of every command. */
export const SHARED_OPTIONS = {
  backend: {
    value: 'NAME',
    help: 'native or typescript (default: native where the addon loads, else typescript)',
  },
  json: { help: 'print one JSON object on stdout and nothing else' },
  ...COMMON,
} as const satisfies OptionTable;

/** One command: `glia NAME …`. */
export interface Command {
  readonly name: string;
  /** The words after the name, such as `FILE --target COLUMN`. */
  readonly usage: string;
  readonly summary: string;
  /** What the files are, what happens and what comes out. */
  readonly description: string;
  /** What the words without dashes are called; each is a path of something that is read. */
  readonly positionals: readonly string[];
  readonly options: OptionTable;
  /** Gives the exit code. */
  readonly run: (context: Context) => Promise<number>;
}

/** How a command is called. */
export function usageOf({ name, usage }: Command): string {
  return `usage: glia ${name} ${usage}`.trimEnd();
}

/** The help of a command. */
export function helpOf(command: Command): string {
  const rows = Object.entries(command.options).map(([name, { value, short, help }]) => {
    const dashed = `--${name}${value === undefined ? '' : ` ${value}`}`;
    return [short === undefined ? `    ${dashed}` : `-${short}, ${dashed}`, help] as const;
  });
  return [usageOf(command), '', command.description, '', ...aligned(rows)].join('\n');
}

/** Two columns; lines of the second one are set in. */
export function aligned(rows: readonly (readonly [string, string])[]): string[] {
  const width = largest(rows.map(([left]) => left.length));
  return rows.map(
    ([left, right]) => `  ${left.padEnd(width)}  ${right.replaceAll('\n', `\n${' '.repeat(width + 4)}`)}`,
  );
}
