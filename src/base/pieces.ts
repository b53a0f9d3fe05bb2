/** Work that can be done piece by piece: it yields how many numbers each piece handled, and returns its result. */
export type Pieces<T> = Generator<number, T, undefined>;

/** Does all pieces in one go. */
export function atOnce<T>(work: Pieces<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done) return step.value;
  }
}

/**
 * Does the pieces with a turn of the event loop after every so many numbers, so that timers and I/O get theirs. What
 * comes before the first turn is done when this returns; where that is all, so is the result.
 */
export function inTurns<T>(work: Pieces<T>, numbers: number): T | Promise<T> {
  for (let handled = 0; ; ) {
    const step = work.next();
    if (step.done) return step.value;
    handled += step.value;
    if (handled >= numbers) return later(work, numbers);
  }
}

async function later<T>(work: Pieces<T>, numbers: number): Promise<T> {
  await new Promise((resolve) => setImmediate(resolve));
  return inTurns(work, numbers);
}
