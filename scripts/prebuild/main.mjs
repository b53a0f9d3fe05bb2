#!/usr/bin/env node
// `npm run prebuildify [-- --arch arm64]` makes prebuilds/<platform>-<arch>/glia.node (glia.glibc.node or
// glia.musl.node on Linux), an addon that needs nothing but Node.js, and refuses one that would need more.
//
// It is built in build/prebuild/<platform>-<arch>, apart from this machine's own addon. Where the C library is too new
// to link with, the same command runs once more in an old Debian, as a workflow runs it in a container.
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { exit, platform } from 'node:process';
import { parseArgs } from 'node:util';
import prebuildify from 'prebuildify';
import { at, root, say } from '../setup/project.mjs';
import { refuse } from './check.mjs';
import { isTooNew, NoDebian, runInOldDebian } from './old-debian.mjs';
import { fileOf, libc } from './target.mjs';

/** Exit code where this machine cannot make a system to build in; 1 says that an addon could not be built or is refused. */
const NO_DEBIAN = 3;

const { values } = parseArgs({ options: { arch: { type: 'string', default: process.arch } } });
const { arch } = values;
const file = join(root, fileOf(platform, arch, libc));

function prebuild() {
  const cwd = at(`build/prebuild/${platform}-${arch}`);
  mkdirSync(cwd, { recursive: true });
  const script = at('scripts/native-build.mjs');
  const options = {
    napi: true,
    name: 'glia',
    arch,
    tagLibc: libc,
    cwd,
    out: root,
    nodeGyp: platform === 'win32' ? `node "${script}"` : script,
    strip: true,
    stripBin: platform === 'linux' && arch !== process.arch ? 'aarch64-linux-gnu-strip' : 'strip',
  };
  return new Promise((resolve, reject) => {
    prebuildify(options, (error) => (error ? reject(error) : resolve()));
  });
}

try {
  if (isTooNew()) exit(runInOldDebian(import.meta.filename, ['--arch', arch]));
  rmSync(file, { force: true });
  await prebuild();
  if (!refuse([file])) exit(0);
  rmSync(file); // nothing that is not fit may end in a package; the build is still there to look at
  exit(1);
} catch (error) {
  say(`prebuildify: ${error.message}`);
  exit(error instanceof NoDebian ? NO_DEBIAN : 1);
}
