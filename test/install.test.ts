import { afterEach, describe, expect, test, vi } from 'vitest';

// `npm run test:install` itself takes minutes and a network; these show that what it says can be relied upon.
const load = (name: string) => import(new URL(`../scripts/install/${name}`, import.meta.url).href);
const { Report, Skip } = await load('report.mjs');
const { trained } = await load('runtimes.mjs');
const { attempt, needs, run } = await load('command.mjs');

afterEach(() => vi.restoreAllMocks());

/** The lines of a table of these checks, and the exit code that it gives. */
async function tableOf(checks: Readonly<Record<string, () => unknown>>) {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line.replace(/ +/g, ' ')));
  const report = new Report();
  for (const [name, work] of Object.entries(checks)) await report.check(name, work);
  const code: number = report.close();
  return { lines: lines.slice(1), code };
}
const fail = (error: Error) => () => {
  throw error;
};

describe('the table', () => {
  test('has a line a check: what came of it, and the figure or the reason', async () => {
    const skip = fail(new Skip('no chroot'));
    expect(await tableOf({ one: () => '3 ms', two: async () => undefined, three: skip })).toEqual({
      lines: ['one ok 3 ms', 'two ok', 'three skipped no chroot', 'install: 2 passed, 0 failed, 1 skipped'],
      code: 0,
    });
  });

  test('ends with an error when a check failed, and makes the others', async () => {
    const { lines, code } = await tableOf({ one: fail(new Error('no loss')), two: () => 'fine' });
    expect(lines).toEqual(['one FAILED no loss', 'two ok fine', 'install: 1 passed, 1 failed, 0 skipped']);
    expect(code).toBe(1);
  });
});

describe('an outcome of training', () => {
  const line = (change: object) => JSON.stringify({ backend: 'native', loss: 0.01, warnings: [], ...change });

  test('is what was wanted', () => {
    expect(trained(`${line({})}\n${line({})}\n`, 'native')).toBe('native, loss 0.0100');
    const fallen = line({ backend: 'typescript', warnings: ['GliaWarning'] });
    expect(trained(fallen, 'typescript', ['GliaWarning'])).toContain('typescript');
  });

  test.each([
    ['another backend', { backend: 'typescript' }, 'computed on typescript'],
    ['nothing learnt', { loss: 0.69 }, 'the loss is 0.69'],
    ['no number', { loss: null }, 'the loss is null'],
    ['a warning', { warnings: ['GliaWarning'] }, 'warnings: GliaWarning'],
  ])('is not: %s, even in one of several', (_, change, message) => {
    expect(() => trained(`${line({})}\n${line(change)}\n`, 'native')).toThrow(message);
  });

  test('is not: no warning or two where one is wanted, or no outcome at all', () => {
    for (const warnings of [[], ['GliaWarning', 'GliaWarning']]) {
      expect(() => trained(line({ warnings }), 'native', ['GliaWarning'])).toThrow('warnings: ');
    }
    expect(() => trained('', 'native')).toThrow();
  });
});

describe('a command', () => {
  const node = process.execPath;

  test('that ends badly throws with its last lines', () => {
    expect(() => run(node, ['-e', "console.error('why'); process.exit(3)"])).toThrow(
      /ended with 3\n[\s\S]*why/,
    );
    expect(() => run(node, ['-e', 'process.abort()'])).toThrow('ended with SIGABRT');
  });

  test('that is not there throws, or skips what needs it', () => {
    expect(() => attempt('no-such-program', [])).toThrow('no-such-program');
    expect(() => needs('no-such-program')).toThrow(Skip);
    expect(() => needs('node')).not.toThrow();
  });
});
