/** A C library: an addon for one does not load with another. */
export interface Libc {
  readonly family: 'glibc' | 'musl';
  /** Where the library says it. */
  readonly version?: string | undefined;
}

/** `linux-x64` and the like, as the folders of `prebuilds/` are named. */
export function platform(): string {
  return `${process.platform}-${process.arch}`;
}

/** Whether several C libraries are in use on this platform. */
export function hasLibcs(): boolean {
  return process.platform === 'linux';
}

let found: Libc | undefined;

/**
 * The C library of this process; undefined where there is but one, or where Node does not say. It takes some
 * milliseconds, so it is asked for only where an answer decides something.
 */
export function libc(): Libc | undefined {
  if (!hasLibcs()) return undefined;
  found ??= ask();
  return found;
}

interface Report {
  readonly header?: { readonly glibcVersionRuntime?: string };
}

/** By Node's report on the process. musl has no version there. */
function ask(): Libc | undefined {
  // Since Node 20.13: without it the report would look up the name of every network connection.
  const report = process.report as typeof process.report & { excludeNetwork?: boolean };
  const before = report.excludeNetwork;
  try {
    report.excludeNetwork = true;
    const version = (report.getReport() as Report).header?.glibcVersionRuntime;
    return version === undefined ? { family: 'musl' } : { family: 'glibc', version };
  } catch {
    return undefined;
  } finally {
    if (before !== undefined) report.excludeNetwork = before;
  }
}
