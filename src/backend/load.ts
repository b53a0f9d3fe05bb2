import { createRequire } from 'node:module';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';
import { describe } from '../base/describe.ts';
import { BackendError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { packageRoot, version } from '../base/package.ts';
import { checkNumber } from '../base/ranges.ts';
import { adviceOn, reasonOf } from './advice.ts';
import type { Backend, BackendName } from './backend.ts';
import { type Candidate, candidates, type Refusal, refusalOf, refuse } from './candidates.ts';
import { type Addon, type AddonFacts, createNative, machineLimits } from './native.ts';
import { createReference } from './reference.ts';
import { threadCount } from './threads.ts';

const NAMES: readonly BackendName[] = ['native', 'typescript'];

const loaded = new Map<string, Backend>();

/**
 * The backend that computes: the one asked for by name or by `GLIA_BACKEND`, else the native one where its addon
 * loads, else the one in TypeScript, with one warning that says why. A native one computes on at most `threads`
 * threads, and never on more than `threadCount` allows.
 *
 * @throws {BackendError} when the backend asked for does not exist or cannot serve.
 * @throws {OptionError} when `threads` is no whole number of at least 1.
 */
export function loadBackend(name?: BackendName, threads?: number): Backend {
  const wanted = name === undefined ? wantedBackend() : knownBackend('loadBackend', name);
  if (threads !== undefined) checkNumber('loadBackend', 'threads', threads, { least: 1, whole: true });
  const key = `${wanted} ${threads}`;
  let backend = loaded.get(key);
  if (backend === undefined) {
    backend = find(wanted, threads);
    loaded.set(key, backend);
  }
  return backend;
}

function find(wanted: BackendName | undefined, threads: number | undefined): Backend {
  if (wanted === 'typescript') return createReference('float32');
  if (threads === undefined) return loadNative(packageRoot(), wanted === 'native');
  // The one with all threads says whether there is one, and warns once.
  const all = loadBackend(wanted);
  return all.limited?.(threads) ?? all;
}

/**
 * The backend that `GLIA_BACKEND` asks for; undefined where it is not set or empty.
 *
 * @throws {BackendError} when there is no such backend.
 */
export function wantedBackend(): BackendName | undefined {
  const name = process.env['GLIA_BACKEND'];
  if (name === undefined || name === '') return undefined;
  return knownBackend('GLIA_BACKEND', name);
}

function knownBackend(where: string, name: unknown): BackendName {
  const known = NAMES.find((one) => one === name);
  if (known !== undefined) return known;
  throw new BackendError(`${where}: there is no backend ${describe(name)}`, {
    known: NAMES.join(', '),
    hint: typeof name === 'string' ? didYouMean(name, NAMES) : undefined,
  });
}

/** An addon that serves. */
export interface Served {
  readonly path: string;
  /** The same below the package's folder. */
  readonly file: string;
  readonly backend: Backend;
  /** What the addon says about itself. */
  readonly facts: AddonFacts;
  /** Operations a second that so many threads of this machine can do at best, measured for some milliseconds. */
  readonly peak: (threads: number, milliseconds: number) => number;
}

/** What came of looking for an addon. */
export interface Probe extends Partial<Served> {
  /** Threads that may compute. */
  readonly threads: number;
  /** Addons that do not serve, and files that are not there, in the order in which they were looked for. */
  readonly tried: readonly Refusal[];
}

/**
 * Looks under `root` for the first addon that loads, belongs to this version of glia and links. `glia doctor` shows what
 * it finds.
 *
 * @throws {BackendError} when `threads` is not given and `GLIA_THREADS` cannot be meant.
 */
export function probeNative(root: string = packageRoot(), threads: number = threadCount()): Probe {
  const tried: Refusal[] = [];
  for (const candidate of candidates(root)) {
    const refusal = refuse(candidate);
    if (refusal !== undefined) {
      tried.push(refusal);
      continue;
    }
    try {
      return { ...serve(candidate, threads), threads, tried };
    } catch (error) {
      tried.push(refusalOf(candidate.file, error));
    }
  }
  return { threads, tried };
}

function serve({ file, path }: Candidate, threads: number): Served {
  const addon = createRequire(path)(path) as Addon;
  const facts = addon.describe();
  const wanted = version();
  if (facts.version !== wanted) {
    throw new BackendError(
      `it was built from glia ${facts.version ?? 'of another version'}, this is ${wanted}`,
    );
  }
  return {
    path,
    file,
    facts,
    backend: createNative(addon, threads),
    peak: (count, milliseconds) => machineLimits(addon, count, milliseconds, true).flops,
  };
}

/** What a thread knows and hands on to the workers that it starts, also when it has several copies of this module. */
const WARNED = 'GLIA_FALLBACK';

/**
 * The native backend with an addon from under `root`. Where none serves it is the TypeScript backend, with a
 * warning the first time, or an error if the native one is `required`. Both say what was tried and what to do.
 *
 * @throws {BackendError} when it is required and no addon serves, or when `GLIA_THREADS` cannot be meant.
 */
export function loadNative(root: string, required: boolean): Backend {
  const { backend, tried } = probeNative(root);
  if (backend) return backend;
  const why = reasonOf(root, tried);
  const hint = adviceOn(root, tried);
  if (required) throw new BackendError('the native backend cannot serve', { why, hint });
  if (getEnvironmentData(WARNED) === undefined) {
    setEnvironmentData(WARNED, true);
    process.emitWarning(
      `computing in TypeScript, many times slower than native: ${why}. What to do: ${hint}. ` +
        'npx glia doctor says more, GLIA_BACKEND=typescript stops this warning.',
      { type: 'GliaWarning', code: WARNED },
    );
  }
  return createReference('float32');
}
