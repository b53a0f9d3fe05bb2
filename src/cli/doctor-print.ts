import type { Finding, Report } from './doctor-report.ts';
import { counted, type Output } from './output.ts';

/** A report for people: short lines, and at the end what to do. */
export function printReport(report: Report, out: Output): void {
  const { backend, environment, libc, problems, warnings } = report;
  out.line(`glia ${report.glia ?? 'of unknown version'}`, 'bold');
  out.fact('installed', report.root);
  out.fact('node', [report.node, report.platform, libc].filter((text) => text !== null).join(', '));
  out.fact('processor', cpuText(report));
  out.fact('threads', threadsText(report));
  for (const [name, value] of Object.entries(environment)) {
    if (value !== null) out.fact('variable', `${name}="${value}"`);
  }
  out.line();
  out.line(`backend: ${backend.name ?? 'none'}`, 'bold');
  out.fact('because', backend.why);
  for (const { file, why } of backend.tried) out.fact('tried', `${file}: ${why}`);
  if (report.blas !== null) out.fact('BLAS', blasText(report.blas));
  out.fact('self-test', testText(report));
  if (report.product !== null) out.fact('product', productText(report.product));
  out.line();
  for (const problem of problems) printFinding('problem', problem, 'red', out);
  for (const warning of warnings) printFinding('warning', warning, 'yellow', out);
  if (report.ok) out.line('The native backend works.', 'green');
}

function printFinding(kind: string, { what, todo }: Finding, format: 'red' | 'yellow', out: Output): void {
  out.line(`${kind}: ${what}`, format);
  out.fact('to do', todo);
}

function cpuText({ cpu }: Report): string {
  return `${cpu.model ?? 'unknown'}${cpu.isa === null ? '' : `, ${cpu.isa} in use`}`;
}

function threadsText({ threads: { used, hardware, allowed, limit } }: Report): string {
  const limited = limit === null ? 'no limit of a container' : `${limit} by the limit of the container`;
  const machine = hardware === null ? '' : `${hardware} in the machine, `;
  return `${used ?? 'unknown'} in use; ${machine}${allowed} for this process, ${limited}`;
}

function blasText({ config, core, coreFound }: NonNullable<Report['blas']>): string {
  const name = config.split(' ').slice(0, 2).join(' ');
  const kernels = core === '' ? '' : `, ${core} kernels`;
  const mended = core === coreFound ? '' : `; it took the processor for ${coreFound}, glia corrected that`;
  return `${name}${kernels}${mended}`;
}

function testText({ selfTest }: Report): string {
  const { backends, steps, largestDifference, allowed, passed, error } = selfTest;
  const verdict = passed ? 'passed' : `failed${error === null ? '' : `: ${error}`}`;
  const trained = `${counted(steps, 'step')} of training on ${backends.join(' and ')}`;
  if (largestDifference === null) return `${trained}: ${verdict}`;
  return `${trained}: losses differ by ${largestDifference.toExponential(1)} at most, ${allowed} is allowed: ${verdict}`;
}

function productText({ shape, threads, gflops, limit, share }: NonNullable<Report['product']>): string {
  const figure = (value: number) => value.toPrecision(3);
  return (
    `${shape.join('x')} at ${figure(gflops)} GFLOP/s, ${Math.round(100 * share)} % of the ` +
    `${figure(limit)} that ${counted(threads, 'thread')} of this processor can do`
  );
}
