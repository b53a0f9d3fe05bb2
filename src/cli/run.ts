import { GliaError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { version } from '../base/package.ts';
import { Arguments, COMMON, UsageError } from './arguments.ts';
import { buildCommand } from './build.ts';
import { aligned, type Command, EXIT, type Host, helpOf, usageOf } from './command.ts';
import { doctorCommand } from './doctor.ts';
import { evaluateCommand } from './evaluate.ts';
import { explainCommand } from './explain.ts';
import { Output } from './output.ts';
import { refuseOverwriting } from './overwriting.ts';
import { predictCommand } from './predict.ts';
import { reportCommand } from './report.ts';
import { trainCommand } from './train.ts';

/** All commands, in the order in which help has them. */
export const COMMANDS: readonly Command[] = [
  trainCommand,
  evaluateCommand,
  predictCommand,
  explainCommand,
  reportCommand,
  doctorCommand,
  buildCommand,
];

const REPORT =
  'This is a bug in glia. Please report it with the lines above and the command that led to them.';

/**
 * Runs the command line on the words after the program's name and gives the exit code.
 *
 * | code | meaning                                                        |
 * | ---- | -------------------------------------------------------------- |
 * | 0    | fine                                                           |
 * | 1    | the work failed; the message is on stderr                      |
 * | 2    | wrong usage                                                    |
 * | 130  | interrupted                                                    |
 */
export async function run(argv: readonly string[], host: Host): Promise<number> {
  const out = new Output(host.stdout, host.env);
  const err = new Output(host.stderr, host.env);
  const [first, ...rest] = argv;
  const command = COMMANDS.find(({ name }) => name === first);
  try {
    if (command === undefined) return runWithoutCommand(argv, out, err);
    const args = Arguments.parse(rest, command.options);
    if (args.has('help')) {
      out.line(helpOf(command));
      return EXIT.fine;
    }
    checkPositionals(command, args.positionals);
    const { cwd, interruptible } = host;
    await refuseOverwriting(command, args, cwd);
    return await command.run({ args, out, err, cwd, interruptible });
  } catch (error) {
    return explain(error, command, err);
  }
}

function runWithoutCommand(argv: readonly string[], out: Output, err: Output): number {
  const [first] = argv;
  if (first !== undefined && !first.startsWith('-')) {
    const hint = didYouMean(
      first,
      COMMANDS.map(({ name }) => name),
    );
    throw new UsageError(`there is no command "${first}"${hint === undefined ? '' : `; ${hint}`}`);
  }
  const args = Arguments.parse(argv, {
    ...COMMON,
    version: { short: 'v', help: 'print the version' },
  });
  if (args.has('version')) out.line(version());
  else if (args.has('help')) out.line(help());
  else if (first === undefined) err.line(help());
  else throw new UsageError('a command is missing');
  return args.has('version') || args.has('help') ? EXIT.fine : EXIT.usage;
}

function checkPositionals({ positionals: wanted }: Command, came: readonly string[]): void {
  const missing = wanted[came.length];
  if (missing !== undefined) throw new UsageError(`${missing} is missing`);
  const extra = came[wanted.length];
  if (extra !== undefined) throw new UsageError(`"${extra}" is one word too many`);
  const empty = came.indexOf('');
  if (empty >= 0) throw new UsageError(`${wanted[empty]} is empty`);
}

/** Says what went wrong; gives the exit code. */
function explain(error: unknown, command: Command | undefined, err: Output): number {
  const where = command === undefined ? 'glia' : `glia ${command.name}`;
  if (error instanceof UsageError) {
    err.line(`${where}: ${error.message}`, 'red');
    err.line(command === undefined ? 'usage: glia COMMAND …' : usageOf(command));
    err.line(`${where} --help explains it`, 'dim');
    return EXIT.usage;
  }
  if (error instanceof GliaError) {
    const [summary = '', ...facts] = error.message.split('\n');
    err.line(`${where}: ${summary}`, 'red');
    for (const fact of facts) err.line(fact);
    return EXIT.failed;
  }
  err.line(error instanceof Error ? (error.stack ?? error.message) : String(error), 'red');
  err.line(REPORT);
  return EXIT.failed;
}

function help(): string {
  return [
    'usage: glia COMMAND …',
    '',
    'Trains neural networks on tables, measures them, predicts with them and explains what they predict.',
    '',
    ...aligned(COMMANDS.map(({ name, summary }) => [name, summary] as const)),
    '',
    'glia COMMAND --help explains a command, glia --version prints the version.',
    'GLIA_BACKEND=native or typescript chooses where to compute, NO_COLOR=1 leaves colours out.',
  ].join('\n');
}
