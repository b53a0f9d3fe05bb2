import { appendFileSync, mkdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { cwd } from 'node:process';

const FOLDER = join(import.meta.dirname, 'results');

/** Lines of JSON in a file of the day, the processor and the commit. */
export class Results {
  /** @param {import('./machine.mjs').Origin} origin */
  constructor({ date, machine, commit }) {
    const cpu = machine.cpu.toLowerCase().replace(/[^a-z0-9]+/g, '-');
    this.path = join(FOLDER, `${date.slice(0, 10)}-${cpu.replace(/^-|-$/g, '')}-${commit}.jsonl`);
  }

  /** Adds to what an earlier run has left. @param {object} line */
  add(line) {
    mkdirSync(FOLDER, { recursive: true });
    appendFileSync(this.path, `${JSON.stringify(line)}\n`);
  }

  get name() {
    return relative(cwd(), this.path);
  }
}
