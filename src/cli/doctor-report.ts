import type { BackendName } from '../backend/backend.ts';
import type { ProductRate } from './product-rate.ts';
import type { SelfTest } from './self-test.ts';

/**
 * What `glia doctor --json` prints: one object, whose keys stay. What could not be found out is null.
 *
 * @example
 * npx glia doctor --json | jq '.backend.name, .problems'
 */
export interface Report {
  /** Whether the native backend works: no problem stands below. The exit code is 0 then, else 1. */
  readonly ok: boolean;
  /** Version of glia. */
  readonly glia: string | null;
  /** Where it is installed. */
  readonly root: string;
  /** Version of Node, with a v. */
  readonly node: string;
  /** Such as `linux-x64`. */
  readonly platform: string;
  /** The C library where there are several: `glibc 2.36` or `musl`. */
  readonly libc: string | null;
  readonly cpu: {
    readonly model: string | null;
    /** Instruction set that glia's own kernels use: base, avx2 or avx512. */
    readonly isa: string | null;
  };
  readonly backend: {
    /** What computes; null where asking for a backend is an error. */
    readonly name: BackendName | null;
    readonly why: string;
    /** The addon that serves, below `root`. */
    readonly addon: string | null;
    /** Addons that were looked for before it, and why each does not serve. */
    readonly tried: readonly { readonly file: string; readonly why: string }[];
  };
  readonly blas: {
    /** In its own words. */
    readonly config: string;
    /** Kernels that it uses, and that it chose before glia had a look; empty where it does not say. */
    readonly core: string;
    readonly coreFound: string;
    /** Whether those in use are made for far older processors. */
    readonly misdetected: boolean;
  } | null;
  readonly threads: {
    /** That native programs compute on. */
    readonly used: number | null;
    /** Hardware threads of the machine. */
    readonly hardware: number | null;
    /** Those that this process may run on. */
    readonly allowed: number;
    /** Processors that its control group allows, such as that of a container; null without a limit. */
    readonly limit: number | null;
  };
  /** Environment variables that matter; null where one is not set, which is not the same as empty. */
  readonly environment: Readonly<Record<string, string | null>>;
  readonly selfTest: SelfTest;
  /** How fast a matrix product is, beside what this processor can do. */
  readonly product: ProductRate | null;
  /** What keeps the native backend from working, and what to do. */
  readonly problems: readonly Finding[];
  /** What makes it slower than need be or looks like a slip. */
  readonly warnings: readonly Finding[];
}

/** A report without the judgement on it. */
export type Facts = Omit<Report, 'ok' | 'problems' | 'warnings'>;

/** Something that is wrong. */
export interface Finding {
  readonly what: string;
  readonly todo: string;
}
