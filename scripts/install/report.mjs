/** Thrown by a check that cannot be made here; the message says why. */
export class Skip extends Error {}

/** The table: a line a check, printed as soon as it is known. */
export class Report {
  #counts = { ok: 0, FAILED: 0, skipped: 0 };

  constructor() {
    this.#line('check', 'result', 'figure');
  }

  /** Makes a check. What `work` returns is its figure; it throws what is wrong, or a `Skip`. */
  async check(name, work) {
    try {
      this.#row(name, 'ok', await work());
    } catch (error) {
      if (error instanceof Skip) this.#row(name, 'skipped', error.message);
      else this.#row(name, 'FAILED', error.message);
    }
  }

  /** Prints the sum and gives the exit code. */
  close() {
    const { ok, FAILED, skipped } = this.#counts;
    console.log(`install: ${ok} passed, ${FAILED} failed, ${skipped} skipped`);
    return FAILED > 0 ? 1 : 0;
  }

  #row(name, result, figure = '') {
    this.#counts[result]++;
    this.#line(name, result, figure);
  }

  #line(name, result, figure) {
    console.log(`${name.padEnd(62)} ${result.padEnd(8)} ${figure}`.trimEnd());
  }
}

/** Fails the check that calls it. */
export function expect(truth, message) {
  if (!truth) throw new Error(message);
}
