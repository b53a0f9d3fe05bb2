import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { BackendError, FileError } from '../base/errors.ts';
import { packageRoot } from '../base/package.ts';
import { COMMON } from './arguments.ts';
import { type Command, type Context, EXIT } from './command.ts';
import { examineApart } from './doctor-apart.ts';
import type { Output } from './output.ts';

/** `glia build`: the addon from the sources in the package, for a platform that no prebuilt one is for. */
export const buildCommand: Command = {
  name: 'build',
  usage: '',
  summary: 'build the native backend from the sources in the package',
  description: [
    'Compiles the addon where glia is installed and tries it. It needs CMake, a C++17 compiler and OpenBLAS, and',
    'no network. What comes out serves before a prebuilt addon, until the package is installed again.',
  ].join('\n'),
  positionals: [],
  options: COMMON,
  run,
};

async function run({ out, err, interruptible }: Context): Promise<number> {
  const ended = await interruptible((signal) => buildIn(packageRoot(), err, signal));
  if (ended === 'interrupted') return EXIT.interrupted;
  const { backend, blas, problems } = await examineApart();
  if (backend.addon === null || problems.length > 0) {
    throw new BackendError(`the addon was built and does not work: ${problems[0]?.what}`, {
      hint: problems[0]?.todo,
    });
  }
  out.line(`native: ${backend.addon} with ${blas?.config.split(' ', 2).join(' ')}`, 'green');
  return EXIT.fine;
}

/** What `scripts/setup/toolchain.mjs` knows, for set-up too. */
interface Toolchain {
  readonly missingTools: () => readonly string[];
  readonly installCommand: () => string | undefined;
  /** Whether the output of a build says so. */
  readonly blasMissing: (output: string) => boolean;
}

/**
 * Builds the addon of the package in `root`; what the tools say goes to `err`.
 *
 * @throws {FileError} when the folder has no sources or cannot be written.
 * @throws {BackendError} when a tool or OpenBLAS is missing, or something does not compile.
 */
export async function buildIn(
  root: string,
  err: Output,
  signal: AbortSignal,
): Promise<'built' | 'interrupted'> {
  const script = join(root, 'scripts', 'native-build.mjs');
  if (!existsSync(script)) {
    throw new FileError('there is nothing to build from', { at: script, hint: 'install glia again' });
  }
  checkWritable(root);
  const toolchain: Toolchain = await import(pathToFileURL(join(root, 'scripts/setup/toolchain.mjs')).href);
  const missing = toolchain.missingTools();
  if (missing.length > 0) throw lacking(missing.join(', '), toolchain);
  const { code, text } = await told(script, root, err, signal);
  if (signal.aborted) return 'interrupted';
  if (code === 0) return 'built';
  // Where OpenBLAS may lie is known to CMake alone.
  if (toolchain.blasMissing(text)) throw lacking('OpenBLAS', toolchain);
  throw new BackendError(`the addon could not be built: ${firstError(text)}`, {
    hint: 'all that was said is above',
  });
}

/** A compiler says it in the line itself, CMake in the one after. */
function firstError(text: string): string {
  const lines = text.split('\n').map((line) => line.trim());
  const at = lines.findIndex((line) => /\berror\b/i.test(line));
  const told = lines.slice(Math.max(0, at)).filter((line) => line !== '');
  return told.find((line) => !line.startsWith('CMake Error at')) ?? 'no reason was given';
}

function checkWritable(root: string): void {
  try {
    const folder = join(root, 'build', 'Release');
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch (error) {
    const hint = 'build as the user who installed glia, or install it in a folder of your own';
    throw new FileError('the folder of the package cannot be written', { at: root, hint }, error);
  }
}

function lacking(what: string, { installCommand }: Toolchain): BackendError {
  const command = installCommand() ?? 'install a C++17 compiler, CMake and OpenBLAS with its headers';
  return new BackendError(`missing: ${what}. To get it: ${command}`);
}

/** Runs a script and passes on what it says; gives it with the exit code. */
function told(script: string, cwd: string, err: Output, signal: AbortSignal) {
  return new Promise<{ code: number | null; text: string }>((done, fail) => {
    const child = spawn(process.execPath, [script], { cwd, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        err.write(piece);
      });
    }
    // An aborted one is an error here, and closes all the same.
    child.on('error', (error) => signal.aborted || fail(error)).on('close', (code) => done({ code, text }));
  });
}
