import { availableParallelism, cpus } from 'node:os';
import { adviceOn, reasonOf } from '../backend/advice.ts';
import type { BackendName } from '../backend/backend.ts';
import { type Probe, probeNative, wantedBackend } from '../backend/load.ts';
import { libc, platform } from '../backend/platform.ts';
import { processorQuota, threadCount } from '../backend/threads.ts';
import { GliaError } from '../base/errors.ts';
import { packageRoot, version } from '../base/package.ts';
import { problemsIn, warningsIn } from './doctor-findings.ts';
import type { Facts, Finding, Report } from './doctor-report.ts';
import { productRate } from './product-rate.ts';
import { selfTest } from './self-test.ts';

/** What decides where and how fast glia computes, besides its own options. */
const VARIABLES = ['GLIA_BACKEND', 'GLIA_THREADS', 'GLIA_ISA', 'OPENBLAS_CORETYPE'];

const CRASHED = 'npx glia build builds the addon anew; GLIA_BACKEND=typescript computes without it';
/** The BLAS believes the name, also of a processor that is another one. */
const MISLED = `unset OPENBLAS_CORETYPE; if that does not help, ${CRASHED}`;

/**
 * Examines the installation in this process, in about two seconds. Nothing that is broken makes it throw; only an addon
 * that crashes ends it, with the process. Whoever saw that happen tells it as `crash`: the addon is left alone then.
 */
export async function examine(crash?: string): Promise<Report> {
  const failures: Finding[] = [];
  const glia = orNull(version, 'install glia again', failures);
  const wanted = orNull(() => wantedBackend() ?? 'any', 'say native or typescript, or unset it', failures);
  const threads = orNull(threadCount, 'unset it', failures);
  const probe = crash === undefined ? probeNative(packageRoot(), threads ?? 1) : { threads: 1, tried: [] };
  const crashed = process.env['OPENBLAS_CORETYPE'] === undefined ? CRASHED : MISLED;
  const todo = crash === undefined ? adviceOn(packageRoot(), probe.tried) : crashed;
  const why = crash ?? reasonOf(packageRoot(), probe.tried);
  const facts: Facts = {
    glia,
    root: packageRoot(),
    node: process.version,
    platform: platform(),
    libc: libcName(),
    cpu: { model: cpus()[0]?.model.trim() ?? null, isa: probe.facts?.isa ?? null },
    backend: {
      // Asking for a backend fails where the environment does, and crashes where the addon does.
      ...(wanted === 'typescript'
        ? { name: wanted, why: 'GLIA_BACKEND asks for it' }
        : chosen(probe, wanted, failures[0]?.what ?? crash)),
      addon: probe.file ?? null,
      tried: probe.tried.map((one) => ({ file: one.file, why: one.why })),
    },
    blas: blasOf(probe),
    threads: {
      used: threads,
      hardware: cpus().length || null,
      allowed: availableParallelism(),
      limit: finite(processorQuota()),
    },
    environment: Object.fromEntries(VARIABLES.map((name) => [name, process.env[name] ?? null])),
    // Threads that cannot be meant would fail the native part, and are reported above.
    selfTest: await selfTest(probe.backend && threads !== null ? ['native', 'typescript'] : ['typescript']),
    product: orNull(() => rateOf(probe), todo, failures),
  };
  const problems = [...failures, ...problemsIn(facts, why, todo)];
  return { ok: problems.length === 0, ...facts, problems, warnings: warningsIn(facts) };
}

function chosen({ file }: Probe, wanted: BackendName | 'any' | null, failure: string | undefined) {
  if (failure !== undefined) return { name: null, why: failure };
  if (file !== undefined) return { name: 'native', why: `${file} serves` } as const;
  return { name: wanted === 'native' ? null : 'typescript', why: 'no addon serves' } as const;
}

function blasOf({ facts }: Probe): Report['blas'] {
  if (facts === undefined) return null;
  const { blas: config, core, coreFound, slowCore: misdetected } = facts;
  return { config, core, coreFound, misdetected };
}

function rateOf({ backend, peak, threads }: Probe): Report['product'] {
  return backend && peak ? productRate(backend, threads, peak) : null;
}

function libcName(): string | null {
  const found = libc();
  return found === undefined ? null : [found.family, found.version].join(' ').trim();
}

function finite(count: number): number | null {
  return Number.isFinite(count) ? count : null;
}

/** The result, or null after noting what was wrong and what to do. */
function orNull<T>(work: () => T, todo: string, failures: Finding[]): T | null {
  try {
    return work();
  } catch (error) {
    const [what = ''] = (error as Error).message.split('\n', 1);
    const hint = error instanceof GliaError ? error.facts.hint : undefined;
    failures.push({ what, todo: hint ?? todo });
    return null;
  }
}
