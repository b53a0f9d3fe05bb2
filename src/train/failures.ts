/** What went wrong in a run, in the order in which it did: the first ends it, and the clean-up goes on after each. */
export class Failures {
  readonly all: unknown[] = [];

  /** Does some work, and keeps what it throws. */
  async during(work: () => unknown): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.all.push(error);
    }
  }

  /** Throws the first, if there is one. */
  rethrow(): void {
    if (this.all.length > 0) throw withLater(this.all[0], this.all.slice(1));
  }
}

/** The first error as it is, so that who knows it knows it again; what came after it is its property `suppressed`. */
function withLater(first: unknown, later: readonly unknown[]): unknown {
  const suppressed = later.filter((error) => error !== first);
  if (suppressed.length === 0) return first;
  const takes = typeof first === 'object' && first !== null && Object.isExtensible(first);
  if (!takes) return new AggregateError([first, ...suppressed], 'a run failed, and so did what ends it');
  return Object.defineProperty(first, 'suppressed', {
    value: suppressed,
    enumerable: true,
    configurable: true,
    writable: true,
  });
}
