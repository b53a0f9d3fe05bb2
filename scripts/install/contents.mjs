// What is in the tarball, and what is not.
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execPath } from 'node:process';
import { cleanEnv, needs, run } from './command.mjs';
import { layOut } from './consumer.mjs';
import { expect } from './report.mjs';
import { trained } from './runtimes.mjs';

const MB = 1e6;
const MOST_JAVASCRIPT = 1 * MB;
const SCRIPTS_ON_INSTALL = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare'];
const TEXTS = ['README.md', 'CHANGELOG.md', 'LICENSE', 'THIRD-PARTY-NOTICES.md'];
/** A path from a module of ours, as it stands in the joined ones. */
const PATH = /new URL\(["'`](\.[^"'`]*)["'`], ?import\.meta\.url\)/g;
const FOLDERS = /^(dist|prebuilds|native|vendor|scripts)\//;

export async function contents({ tarball, scratch, report }) {
  const app = join(scratch, 'contents');
  const root = join(app, 'node_modules/glia');
  layOut(app);
  mkdirSync(root, { recursive: true });
  run('tar', ['xzf', tarball, '-C', root, '--strip-components=1']);
  const files = readdirSync(root, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1));
  const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const bytes = (which) => which.reduce((sum, file) => sum + statSync(join(root, file)).size, 0);

  await report.check('tarball: no dependencies, nothing run on install', () => {
    const names = [manifest.dependencies, manifest.optionalDependencies, manifest.peerDependencies].flatMap(
      (one) => Object.keys(one ?? {}),
    );
    expect(names.length === 0, `depends on ${names}`);
    const run = Object.keys(manifest.scripts).filter((name) => SCRIPTS_ON_INSTALL.includes(name));
    expect(run.length === 0, `scripts: ${run}`);
    expect(manifest.gypfile === false && !files.includes('binding.gyp'), 'npm would call node-gyp');
    return `${(statSync(tarball).size / MB).toFixed(1)} MB, unpacked ${(bytes(files) / MB).toFixed(1)} MB`;
  });
  await report.check('tarball: texts and licences', () => {
    const missing = TEXTS.filter((name) => !files.includes(name));
    expect(missing.length === 0, `missing: ${missing}`);
    const bare = readdirSync(join(root, 'vendor')).filter(
      (name) => !files.some((file) => file.startsWith(`vendor/${name}/LICENSE`)),
    );
    expect(bare.length === 0, `without licence: ${bare}`);
  });
  await report.check('tarball: nothing that serves nobody', () => {
    const odd = files.filter(
      (file) => !FOLDERS.test(file) && ![...TEXTS, 'package.json', 'CMakeLists.txt'].includes(file),
    );
    const maps = files.filter((file) => file.endsWith('.js.map'));
    expect(odd.length + maps.length === 0, `packed: ${[...odd, ...maps]}`);
    return `${files.length} files`;
  });
  await report.check('tarball: paths that modules make lead somewhere', () => {
    const made = files
      .filter((file) => /^dist\/.*\.js$/.test(file))
      .flatMap((file) => {
        const code = readFileSync(join(root, file), 'utf8');
        return [...code.matchAll(PATH)].map(([, path]) => join(dirname(file), path));
      });
    const lost = made.filter((path) => !existsSync(join(root, path)));
    expect(made.length > 0 && lost.length === 0, `nowhere: ${lost}`);
    const outside = made.filter((path) => path.startsWith('..'));
    expect(outside.length === 0, `out of the package: ${outside}`);
    return `${made.length} paths`;
  });
  await report.check('tarball: JavaScript takes at most 1 MB', () => {
    const size = bytes(files.filter((file) => /\.[cm]?js$/.test(file)));
    expect(size <= MOST_JAVASCRIPT, `${size} bytes`);
    return `${(size / MB).toFixed(2)} MB`;
  });
  await report.check('tarball: the addon builds from what is in it', () => {
    needs('cmake', 'make', 'g++');
    rmSync(join(root, 'prebuilds'), { recursive: true, force: true });
    run(execPath, ['scripts/native-build.mjs'], { cwd: root, env: cleanEnv() });
    return trained(run(execPath, ['xor.mjs'], { cwd: app, env: cleanEnv() }), 'native');
  });
}
