import type { Facts, Finding } from './doctor-report.ts';

/** A product below this share of the limit is slower than a busy machine explains. */
const SLOW = 0.25;

/** Whether something is the case, what it is, and what to do about it. */
type Rule = readonly [boolean, string, string];

/** What keeps the native backend from working: `why` no addon serves and what `todo`, or a self-test that failed. */
export function problemsIn({ backend, selfTest }: Facts, why: string, todo: string): Finding[] {
  const { error, largestDifference, allowed, passed } = selfTest;
  const differs =
    largestDifference === null
      ? 'the network did not learn'
      : `losses differ by ${largestDifference}, and ${allowed} is allowed`;
  return findings([
    [backend.addon === null, `the native backend does not work: ${why}`, todo],
    [
      !passed,
      `the self-test failed: ${error ?? differs}`,
      'please report it with what stands above; GLIA_BACKEND=typescript computes without the addon',
    ],
  ]);
}

/** What makes it slower than need be or looks like a slip. */
export function warningsIn({ backend, blas, environment, product, threads }: Facts): Finding[] {
  const { GLIA_BACKEND: asked, OPENBLAS_CORETYPE: core } = environment;
  const processors = Math.min(threads.allowed, threads.limit ?? threads.allowed);
  const percent = Math.round(100 * (product?.share ?? 1));
  return findings([
    [
      asked === 'typescript' && backend.addon !== null,
      'GLIA_BACKEND=typescript keeps models from the native backend, which works',
      'unset GLIA_BACKEND',
    ],
    [
      core === '',
      'OPENBLAS_CORETYPE is empty, which is not the same as unset: OpenBLAS guesses, and glia does not correct it',
      'unset OPENBLAS_CORETYPE',
    ],
    [
      blas?.misdetected === true,
      `the BLAS uses its ${blas?.core} kernels, which are made for far older processors`,
      core === null ? 'use OpenBLAS 0.3.25 or newer' : 'unset OPENBLAS_CORETYPE',
    ],
    [
      threads.used !== null && threads.used > processors,
      `GLIA_THREADS asks for ${threads.used} threads where ${processors} can run at a time`,
      `unset GLIA_THREADS or say ${processors}`,
    ],
    [
      product !== null && product.share < SLOW,
      `a matrix product reaches only ${percent} % of what this processor can do`,
      'try again when nothing else computes here; if it stays, look at the BLAS above',
    ],
  ]);
}

function findings(rules: readonly Rule[]): Finding[] {
  return rules.filter(([is]) => is).map(([, what, todo]) => ({ what, todo }));
}
