import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BackendError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import type { Backend, BackendName } from './backend.ts';
import { type Addon, type AddonFacts, createNative } from './native.ts';
import { createReference } from './reference.ts';
import { threadCount } from './threads.ts';

const NAMES: readonly BackendName[] = ['native', 'typescript'];
const HINT =
  'npm run build:native builds the addon (it needs CMake, a C++17 compiler and OpenBLAS); ' +
  'GLIA_BACKEND=typescript stops this warning';

/** Where the package lies; the same from `src/` and from `dist/`. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const loaded = new Map<string, Backend>();

/**
 * The backend that computes: the one asked for by name or by `GLIA_BACKEND`, else the native one where its addon
 * loads, else the one in TypeScript, with one warning that says why. A native one computes on at most `threads`
 * threads, and never on more than `threadCount` allows.
 *
 * @throws {BackendError} when the backend asked for does not exist or cannot serve.
 */
export function loadBackend(name?: BackendName, threads?: number): Backend {
  const wanted = name ?? fromEnvironment();
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
  if (threads === undefined) return loadNative(ROOT, wanted === 'native');
  // The one with all threads says whether there is one, and warns once.
  const all = loadBackend(wanted);
  return all.limited?.(threads) ?? all;
}

function fromEnvironment(): BackendName | undefined {
  const name = process.env['GLIA_BACKEND'];
  if (name === undefined || name === '') return undefined;
  const known = NAMES.find((one) => one === name);
  if (known === undefined) {
    throw new BackendError(`GLIA_BACKEND: there is no backend "${name}"`, {
      known: NAMES.join(', '),
      hint: didYouMean(name, NAMES),
    });
  }
  return known;
}

/** What came of looking for an addon. */
export interface Probe {
  /** File of the addon that serves. */
  readonly path?: string;
  readonly backend?: Backend;
  /** What the addon says about itself. */
  readonly facts?: AddonFacts;
  /** Threads that may compute. */
  readonly threads: number;
  /** Addons that do not serve, each with the reason. */
  readonly tried: readonly string[];
}

/**
 * Looks under `root` for the first addon that loads and links. A `doctor` shows what it finds.
 *
 * @throws {BackendError} when `GLIA_THREADS` cannot be meant.
 */
export function probeNative(root: string = ROOT): Probe {
  const threads = threadCount();
  const tried: string[] = [];
  for (const path of candidates(root)) {
    try {
      const addon = createRequire(import.meta.url)(path) as Addon;
      return { path, backend: createNative(addon, threads), facts: addon.describe(), threads, tried };
    } catch (error) {
      tried.push(`${path}: ${(error as Error).message.split('\n', 1)[0]}`);
    }
  }
  return { threads, tried };
}

/**
 * The native backend with an addon from under `root`. Where none serves it is the TypeScript backend with a
 * warning, or an error if the native one is `required`.
 *
 * @throws {BackendError} when it is required and no addon serves, or when `GLIA_THREADS` cannot be meant.
 */
export function loadNative(root: string, required: boolean): Backend {
  const { backend, tried } = probeNative(root);
  if (backend) return backend;
  const why = tried.length > 0 ? tried.join('; ') : `no addon for ${platform()} in ${root}`;
  if (required) throw new BackendError('the native backend cannot serve', { tried: why, hint: HINT });
  process.emitWarning(`computing in TypeScript, many times slower than native. Tried: ${why}. ${HINT}.`, {
    type: 'GliaWarning',
    code: 'GLIA_FALLBACK',
  });
  return createReference('float32');
}

/** Addons in the order in which they are tried: the one built here, then those that came with the package. */
function candidates(root: string): string[] {
  const own = join(root, 'build', 'Release', 'glia.node');
  const folder = join(root, 'prebuilds', platform());
  const prebuilt = existsSync(folder) ? readdirSync(folder).filter((file) => file.endsWith('.node')) : [];
  return [...(existsSync(own) ? [own] : []), ...prebuilt.sort().map((file) => join(folder, file))];
}

function platform(): string {
  return `${process.platform}-${process.arch}`;
}
