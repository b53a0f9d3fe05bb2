// The same addon file under every Node that is promised, in every way in which a program may hold it.
import { attempt, cleanEnv, run } from './command.mjs';
import { hasPrebuild, nodes } from './nodes.mjs';
import { expect, Skip } from './report.mjs';

const GOOD = 0.05; // the loss of a network that has learnt XOR; it begins at ln 2
const EXITS = 20;

/** Reads the outcomes that a program printed and holds them to what was wanted. */
export function trained(stdout, backend, warnings = []) {
  const outcomes = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  for (const outcome of outcomes) {
    expect(outcome.backend === backend, `computed on ${outcome.backend}`);
    expect(outcome.loss !== null && outcome.loss < GOOD, `the loss is ${outcome.loss}`);
    const given = outcome.warnings.join();
    expect(given === warnings.join(), `warnings: ${given || 'none'}`);
  }
  return `${backend}, loss ${outcomes[0].loss.toFixed(4)}`;
}

export async function runtimes({ app: cwd, report }) {
  const env = cleanEnv();
  const start = (node, ...args) => run(node, args, { cwd, env });
  for (const [version, get] of nodes()) {
    const check = (name, work) =>
      report.check(`Node ${version}: ${name}`, () => {
        if (!hasPrebuild()) throw new Skip('no prebuild for this platform: npm run prebuildify');
        return work(get());
      });
    await check('trains natively', (node) => trained(start(node, 'xor.mjs'), 'native'));
    await check('trains in three worker threads', (node) => trained(start(node, 'workers.mjs'), 'native'));
    await check('falls back under the permission model', (node) =>
      trained(start(node, ...permission(node, cwd), 'xor.mjs'), 'typescript', ['GliaWarning']),
    );
    await check('trains natively under --allow-addons', (node) =>
      trained(start(node, ...permission(node, cwd), '--allow-addons', 'xor.mjs'), 'native'),
    );
    await check(`process.exit(0) in mid-training, ${EXITS} times`, (node) => {
      for (let ms = 0; ms < EXITS; ms++) start(node, 'leave.mjs', String(ms));
      return 'exit code 0';
    });
  }
}

/** The options that let a program read its own folder and nothing else; older Nodes call them experimental. */
function permission(node, folder) {
  const known = attempt(node, ['--permission', '--version']).status === 0;
  return [
    known ? '--permission' : '--experimental-permission',
    `--allow-fs-read=${folder}/*`,
    '--no-warnings=ExperimentalWarning',
  ];
}
