// What importing does and costs: nothing that could be noticed from outside, and little time.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath, hrtime } from 'node:process';
import { cleanEnv, needs, run } from './command.mjs';
import { expect } from './report.mjs';

const WANTED = 60; // ms
const BOUND = 3 * WANTED; // what fails: a machine at work takes longer, and a test must not fail by the clock
const ROUNDS = 15;

/** What is watched. A question mark, since not every processor has every call. */
const CALLS = [
  'execve,execveat,fork,vfork,clone,clone3',
  'open,openat,creat,mkdir,mkdirat,unlink,unlinkat,rename,renameat,renameat2,link,symlink,truncate,ftruncate',
]
  .join()
  .replace(/\w+/g, '?$&');

/** Lines of strace's that break a promise. */
const FORBIDDEN = {
  'opens no socket': (line) => /^(socket|socketpair|connect|bind|listen|send\w*)\(/.test(line),
  'starts no process': (line) =>
    /^(execve\w*|v?fork)\(/.test(line) || (/^clone3?\(/.test(line) && !line.includes('CLONE_THREAD')),
  'writes nothing': (line) =>
    /^open(at)?\(.*O_(WRONLY|RDWR|CREAT)/.test(line)
      ? !line.includes('"/dev/')
      : /^(creat|mkdir|unlink|rename|link|symlink|f?truncate)/.test(line),
};

/** Does each of what is forbidden once, so that it is known that the watch can see it. */
const GUILTY = `
  import { createServer } from 'node:net';
  import { spawnSync } from 'node:child_process';
  import { writeFileSync } from 'node:fs';
  createServer().listen(0, '127.0.0.1', function () { this.close(); });
  spawnSync(process.execPath, ['--version']);
  writeFileSync('written', '');`;

export async function importing({ app: cwd, report }) {
  const all = Object.keys(JSON.parse(readFileSync(join(cwd, 'node_modules/glia/package.json'))).exports)
    .filter((name) => !name.endsWith('.json'))
    .map((name) => `import '${name.replace('.', 'glia')}';`)
    .join('');
  for (const [promise, breaks] of Object.entries(FORBIDDEN)) {
    await report.check(`importing ${promise}`, () => {
      needs('strace');
      expect(trace(cwd, GUILTY).some(breaks), 'the watch does not see a program that does');
      const seen = trace(cwd, all).filter(breaks);
      expect(seen.length === 0, seen.join('\n'));
      return 'all entries, by strace';
    });
  }
  await report.check(`importing takes at most ${WANTED} ms`, () => {
    const { middle, least } = costOfImport(cwd);
    const figure = `${middle.toFixed(0)} ms by medians of ${ROUNDS}, ${least.toFixed(0)} by the least`;
    expect(middle <= BOUND, figure);
    return `${figure}${middle > WANTED ? ': MORE than wanted, on a machine at work?' : ''}`;
  });
}

/** System calls of a program, without the one that started it. */
function trace(cwd, code) {
  const log = join(cwd, 'strace.log');
  const watch = ['-f', '-qq', '-o', log, '-e', `trace=%network,${CALLS}`];
  run('strace', [...watch, execPath, ...asModule(code)], { cwd, env: cleanEnv() });
  const calls = readFileSync(log, 'utf8')
    .split('\n')
    .map((line) => line.replace(/^\d+ +/, ''));
  return calls.slice(1);
}

/**
 * Milliseconds by which a process that imports glia takes longer: the medians of several rounds apart, and the least of
 * each, which other work on the machine disturbs less.
 */
function costOfImport(cwd) {
  const time = (code) => {
    const start = hrtime.bigint();
    run(execPath, asModule(code), { cwd, env: cleanEnv() });
    return Number(hrtime.bigint() - start) / 1e6;
  };
  const rounds = Array.from({ length: ROUNDS }, () => ({ without: time(''), with: time("import 'glia'") }));
  const sorted = (which) => rounds.map((round) => round[which]).sort((a, b) => a - b);
  const apart = (rank) => sorted('with')[rank] - sorted('without')[rank];
  return { middle: apart(ROUNDS >> 1), least: apart(0) };
}

function asModule(code) {
  return ['--input-type=module', '--eval', code];
}
