// From the tarball to a trained network in systems that have no network, and no compiler unless it is said.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { layOut } from './consumer.mjs';
import { hasPrebuild } from './nodes.mjs';
import { expect, Skip } from './report.mjs';
import { bareRoot, inside, toolchainRoot } from './root.mjs';
import { trained } from './runtimes.mjs';

const INSTALL = 'npm install ./glia.tgz --offline --ignore-scripts --no-audit --no-fund';
const GLIA = 'npx --offline glia';
const XOR = 'node --no-warnings xor.mjs';

/** Ends with an error where there is a compiler, CMake, OpenBLAS or a network card that is up. */
const NOTHING_ELSE = [
  'for tool in cc g++ make cmake; do ! command -v $tool || exit 1; done',
  '! ls /usr/lib/*/*blas* 2>/dev/null',
  `node -e "process.exit(Object.keys(os.networkInterfaces()).length)"`,
].join(' && ');

export async function bare({ tarball, scratch, report }) {
  const root = join(scratch, 'bare');
  const system = once(() => {
    bareRoot(root);
    inside(root, NOTHING_ELSE);
    return installInto(root, tarball);
  });
  const withPrebuild = () => {
    if (!hasPrebuild()) throw new Skip('no prebuild for this platform: npm run prebuildify');
    system();
  };
  await report.check('bare system: installs offline, without scripts', system);
  await report.check('bare system: trains natively', () => {
    withPrebuild();
    return trained(inside(root, XOR), 'native');
  });
  await report.check('bare system: the doctor finds it well', () => {
    withPrebuild();
    return JSON.parse(inside(root, `${GLIA} doctor --json`)).backend.why;
  });
  await report.check('bare system, prebuilds removed: TypeScript, one warning', () => {
    system();
    removePrebuilds(root);
    const { name } = JSON.parse(inside(root, `${GLIA} doctor --json; test $? = 1`)).backend;
    expect(name === 'typescript', `the doctor says ${name}`);
    return trained(inside(root, XOR), 'typescript', ['GliaWarning']);
  });
  rmSync(root, { recursive: true, force: true });
}

export async function toolchain({ tarball, scratch, report }) {
  const root = join(scratch, 'toolchain');
  const system = once(() => {
    toolchainRoot(root);
    const figure = installInto(root, tarball);
    removePrebuilds(root);
    return figure;
  });
  await report.check('compiler, no prebuild: installs offline, without scripts', system);
  await report.check('compiler, no prebuild: TypeScript before the build', () => {
    system();
    return trained(inside(root, XOR), 'typescript', ['GliaWarning']);
  });
  await report.check('compiler, no prebuild: glia build, offline, makes it native', () => {
    system();
    inside(root, `${GLIA} build`);
    return trained(inside(root, XOR), 'native');
  });
  rmSync(root, { recursive: true, force: true });
}

/** Does the work at the first call; every call gives what came of it, or throws it. */
function once(work) {
  let outcome;
  return () => {
    outcome ??= settle(work);
    if (outcome.error) throw outcome.error;
    return outcome.value;
  };
}

function settle(work) {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}

function installInto(root, tarball) {
  const app = join(root, 'app');
  layOut(app);
  cpSync(tarball, join(app, 'glia.tgz'));
  const said = inside(root, INSTALL);
  expect(/^added 1 package/m.test(said), `npm said: ${said}`);
  return said.trim().split('\n')[0];
}

function removePrebuilds(root) {
  rmSync(join(root, 'app/node_modules/glia/prebuilds'), { recursive: true, force: true });
}
