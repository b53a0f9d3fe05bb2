import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { glia } from './cli/host.ts';
import { judges } from './support/evaluate.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, 'examples');
const names = endingWith(folder, '.ts').map((file) => file.slice(0, -'.ts'.length));
const backends = judges.includes('native') ? ['typescript', 'native'] : ['typescript'];

/** Arguments of the calls of `console.log`, as many calls as an example makes. */
type Logged = [first: unknown[], second: unknown[], third: unknown[]];

/** What each example must print. */
const expectations: Readonly<Record<string, (logged: Logged) => void>> = {
  xor([[loss, outputs]]) {
    expect(loss).toBeLessThan(0.01);
    expect((outputs as number[][]).map(([y]) => Math.round(y!))).toEqual([0, 1, 1, 0]);
  },
  customers([[stopReason, scores]]) {
    expect(stopReason).toMatch(/^earlyStopping: val_auc/);
    expect(scores).toMatchObject({ accuracy: expect.closeTo(0.78, 1) });
    expect(readdirSync('churn.glia').sort()).toEqual(['model.json', 'weights.safetensors']);
  },
  custom(logged) {
    const losses = logged.flat() as number[];
    expect(losses).toHaveLength(8);
    expect(Math.min(...losses.slice(-3))).toBeLessThan(Math.min(...losses.slice(0, 3)));
  },
  digits(logged) {
    expect(logged).toHaveLength(3);
    expect(logged[0][0]).toContain('4810 parameters');
    expect(String(logged[1][0])).toContain('actual 0');
    expect(logged[2]).toMatchObject([{ class: expect.any(String) }, { accuracy: expect.closeTo(0.97, 1) }]);
    expect((logged[2][1] as { accuracy: number }).accuracy).toBeGreaterThan(0.95);
  },
  explain([[prediction, attributions], [error], [importance]]) {
    expect(prediction).toMatchObject({ class: expect.stringMatching(/^(yes|no)$/) });
    const columns = ['age', 'income', 'visits', 'plan', 'country'];
    expect((attributions as { feature: string }[]).map(({ feature }) => feature).sort()).toEqual(
      columns.sort(),
    );
    expect(error).toBeLessThan(1e-4);
    expect(importance).toHaveLength(5);
    expect(readdirSync('.').filter((file) => file.endsWith('.html'))).toEqual(['curves.html', 'why.html']);
  },
  'explain-shapley'([[output, base], [top], [delta, warnings]]) {
    expect(output).toBeGreaterThan(base as number);
    expect(top).toHaveLength(3);
    expect(top).toContainEqual({
      feature: 'flipper_length_mm',
      value: 218,
      attribution: expect.any(Number),
    });
    expect(Math.abs(delta as number)).toBeLessThan(1e-4);
    expect(warnings).toEqual([]);
  },
  penguins([[scores], [penguin]]) {
    expect((scores as { accuracy: number }).accuracy).toBeGreaterThan(0.95);
    expect(penguin).toMatchObject({ class: 'Gentoo' });
  },
  plots([[told]]) {
    expect(told).toEqual([
      expect.stringMatching(/^curves\.svg: 40 epochs\. loss from /),
      expect.stringMatching(/^mistakes\.svg: \d\d of 5\d rows right\./),
      expect.stringMatching(/^boundary\.svg: 60 by 60 places: Adelie on \d/),
    ]);
    expect(readdirSync('.').filter((file) => file.endsWith('.svg'))).toHaveLength(3);
  },
  regression([[scores], [error], [penguin]]) {
    expect((scores as { r2: number }).r2).toBeGreaterThan(0.8);
    expect(Number(/\d+/.exec(error as string)![0])).toBeLessThan(300);
    expect(penguin).toEqual({ value: expect.closeTo(5500, -3) });
  },
};

let work: string;
beforeEach(() => {
  work = mkdtempSync(join(tmpdir(), 'glia-examples-'));
});
afterEach(() => {
  process.chdir(root);
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(work, { recursive: true, force: true });
});

describe('examples', () => {
  it('are all expected to print something', () => {
    expect(Object.keys(expectations).sort()).toEqual([...names].sort());
  });

  describe.each(backends)('on the %s backend', (backend) => {
    it.each(names)('%s runs as it is written', async (name) => {
      for (const table of endingWith(join(folder, 'data'), '.csv')) {
        copyFileSync(join(folder, 'data', table), join(work, table));
      }
      process.chdir(work);
      vi.stubEnv('GLIA_BACKEND', backend);
      vi.spyOn(process.stderr, 'write').mockReturnValue(true); // where progress goes
      const log = vi.spyOn(console, 'log').mockReturnValue();
      vi.resetModules();
      await import(`../examples/${name}.ts`);
      expectations[name]!(log.mock.calls as Logged);
    });
  });

  it.each(names)('%s has at most 60 lines', (name) => {
    expect(linesOf(readFileSync(join(folder, `${name}.ts`), 'utf8')).length).toBeLessThanOrEqual(60);
  });

  const readme = readFileSync(join(root, 'README.md'), 'utf8');
  const shown = snippets(readme);
  it.each(shown)('the README shows lines of %s as they are', (path, snippet) => {
    const example = linesOf(readFileSync(join(root, path), 'utf8'));
    let from = 0;
    for (const line of linesOf(snippet)) {
      const at = example.indexOf(line, from);
      expect(at, `not in ${path}, or not in this order: ${line}`).toBeGreaterThanOrEqual(0);
      from = at + 1;
    }
  });

  const blocks = [...readme.matchAll(/```ts\n(.*?)```/gs)].map(([, text]) => text!);
  it.each(blocks)(
    'a program of the README imports what it uses, and is JavaScript but for a type: %s',
    async (text) => {
      const entries = await Promise.all([
        import('glia'),
        import('glia/data'),
        import('glia/callbacks'),
        import('glia/explain'),
        import('glia/testing'),
      ]);
      const imported = [...text.matchAll(/^import \{(.*)\} from/gm)].flatMap(([, names]) =>
        names!.split(',').map((name) => name.trim()),
      );
      const called = [...text.matchAll(/(?<![.\w])(\w+)(?=[(.])/g)].map(([, name]) => name!);
      const known = new Set(entries.flatMap(Object.keys));
      expect(
        called.filter(
          (name) =>
            known.has(name) && !imported.includes(name) && !new RegExp(`const[^=]*\\b${name}\\b`).test(text),
        ),
      ).toEqual([]);
      const file = join(work, 'program.mjs');
      writeFileSync(file, text.replaceAll(': number)', ')'));
      const { status, stderr } = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' });
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    },
  );

  it('the commands of the README run as they stand, one after the other', async () => {
    const section = /## From the terminal\n\n(.*?)\n\n/s.exec(readme)![1]!;
    const commands = section.split('\n').map((line) => line.trim().replace(/ +#.*/, '').split(' '));
    const data = join(work, 'examples/data');
    mkdirSync(data, { recursive: true });
    copyFileSync(join(folder, 'data/penguins.csv'), join(data, 'penguins.csv'));
    const told: string[] = [];
    for (const [npx, program, ...argv] of commands) {
      expect([npx, program]).toEqual(['npx', 'glia']);
      // These look at the machine, and have tests of their own.
      if (['doctor', 'build'].includes(argv[0]!)) continue;
      const { code, stdout } = await glia(work, argv);
      expect({ argv, code }).toEqual({ argv, code: 0 });
      told.push(stdout);
    }
    expect(told.length).toBeGreaterThan(5);
    expect(told.join('')).not.toMatch(/= missing/);
    const written = ['examples', 'penguins-on-penguins.report.html', 'penguins.glia', 'penguins.report.html'];
    expect(readdirSync(work).sort()).toEqual([...written, 'predictions.csv', 'why.html']);
  });

  it('customers.csv is what make-customers.mjs makes', () => {
    const made = join(work, 'customers.csv');
    const { status } = spawnSync(process.execPath, [join(folder, 'data/make-customers.mjs'), made]);
    expect(status).toBe(0);
    expect(readFileSync(made, 'utf8')).toBe(readFileSync(join(folder, 'data/customers.csv'), 'utf8'));
  });
});

describe.skipIf(!existsSync(join(root, 'dist/index.js')))('examples/run.mjs', () => {
  const run = (...args: string[]) =>
    spawnSync(process.execPath, [join(folder, 'run.mjs'), ...args], { cwd: work, encoding: 'utf8' });

  it('compiles an example against the built package and runs it', () => {
    const { status, stdout, stderr } = run('xor');
    expect({ status, stderr }).toEqual({ status: 0, stderr: expect.not.stringContaining('rror') });
    expect(Number.parseFloat(stdout)).toBeLessThan(0.01);
  });

  it('names the examples where there is none of that name', () => {
    const { status, stderr } = run('xro');
    expect(status).toBe(2);
    for (const name of names) expect(stderr).toContain(name);
  });
});

/** Blocks of a Markdown text that a comment before them says to be from a file: `<!-- examples/xor.ts -->`. */
function snippets(markdown: string): [path: string, text: string][] {
  const blocks = markdown.matchAll(/<!-- (examples\/\S+\.ts) -->\n+```ts\n(.*?)```/gs);
  return [...blocks].map(([, path, text]) => [path!, text!]);
}

function linesOf(text: string): string[] {
  return text.split('\n').filter((line) => line !== '');
}

function endingWith(path: string, ending: string): string[] {
  return readdirSync(path).filter((file) => file.endsWith(ending));
}
