// From the tarball to a trained network in systems that have no network, and no compiler unless it is said.
import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { layOut } from './consumer.mjs';
import { hasPrebuild } from './nodes.mjs';
import { expect, Skip } from './report.mjs';
import { bareRoot, inside, toolchainRoot } from './root.mjs';
import { trained } from './runtimes.mjs';

const INSTALL = 'npm install ./glia.tgz --offline --ignore-scripts --no-audit --no-fund';
const BUILD = 'node node_modules/glia/scripts/native-build.mjs'; // to become: npx --offline glia build
const XOR = 'node --no-warnings xor.mjs';

export async function bare({ tarball, scratch, report }) {
  const root = join(scratch, 'bare');
  await report.check('bare system: installs offline, without scripts', () => {
    bareRoot(root);
    const absent = 'for tool in cc g++ make cmake; do ! command -v $tool || exit 1; done';
    inside(root, `${absent}; ! ls /usr/lib/*/libopenblas* 2>/dev/null`);
    return installInto(root, tarball);
  });
  await report.check('bare system: trains natively', () => {
    if (!hasPrebuild()) throw new Skip('no prebuild for this platform: npm run prebuildify');
    return trained(inside(root, XOR), 'native');
  });
  await report.check('bare system, prebuilds removed: trains in TypeScript, one warning', () => {
    removePrebuilds(root);
    return trained(inside(root, XOR), 'typescript', ['GliaWarning']);
  });
  rmSync(root, { recursive: true, force: true });
}

export async function toolchain({ tarball, scratch, report }) {
  const root = join(scratch, 'toolchain');
  await report.check('compiler, no prebuild: installs offline, without scripts', () => {
    toolchainRoot(root);
    const figure = installInto(root, tarball);
    removePrebuilds(root);
    return figure;
  });
  await report.check('compiler, no prebuild: trains in TypeScript before the build', () =>
    trained(inside(root, XOR), 'typescript', ['GliaWarning']),
  );
  await report.check('compiler, no prebuild: builds offline, then trains natively', () => {
    inside(root, BUILD);
    return trained(inside(root, XOR), 'native');
  });
  rmSync(root, { recursive: true, force: true });
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
