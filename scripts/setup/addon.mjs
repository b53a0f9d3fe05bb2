import { rmSync, statSync, writeFileSync } from 'node:fs';
import { env, execPath, exit } from 'node:process';
import { isBuilt, nativeKey } from '../native-build.mjs';
import { at, logged, progress, read, root, say, withLog } from './project.mjs';
import { blasMissing, canInstall, install, installCommand, missingTools } from './toolchain.mjs';

const BROKEN = 'build/native.failed'; // the key of sources that did not compile: not tried again until they change
const OFFLINE = 'build/apt.failed'; // touched when apt-get failed, which may take a minute: not tried again for an hour
const HOUR = 3_600_000;

export function addonDone() {
  return env.GLIA_BACKEND === 'typescript' || isBuilt();
}

/** Tries again what failed before. */
export function forget() {
  for (const memo of [BROKEN, OFFLINE]) rmSync(at(memo), { force: true });
}

/** Builds build/Release/glia.node, getting the tool chain first where that is allowed. */
export function addon() {
  const missing = missingTools();
  if (missing.length > 0 && !provide()) return lacking(missing.join(', '));
  if (read(BROKEN) === nativeKey()) return broken();
  progress('building the native addon');
  if (build() || (lacksBlas() && provide() && build())) return undefined;
  if (lacksBlas()) return lacking('OpenBLAS');
  writeFileSync(at(BROKEN), nativeKey());
  return broken();
}

function build() {
  return logged('native', execPath, [at('scripts/native-build.mjs')]);
}

function lacksBlas() {
  return blasMissing(read('build/native.log'));
}

function aptFailed() {
  return Date.now() - (statSync(at(OFFLINE), { throwIfNoEntry: false })?.mtimeMs ?? 0) < HOUR;
}

function provide() {
  if (!canInstall() || aptFailed()) return false;
  progress('installing a C++ tool chain and OpenBLAS (apt-get)');
  const done = withLog('apt', install);
  if (!done) writeFileSync(at(OFFLINE), '');
  return done;
}

function lacking(what) {
  const why = aptFailed() ? `${what} not found, and apt-get failed (build/apt.log)` : `${what} not found`;
  withoutAddon(
    why,
    `To get it: ${installCommand() ?? 'install a C++17 compiler, CMake and OpenBLAS with its headers'}`,
  );
}

function broken() {
  const lines = read('build/native.log').trimEnd().split('\n');
  const line = lines.find((text) => /\berror\b/i.test(text)) ?? lines.at(-1);
  withoutAddon(
    `its build failed: ${line.replace(`${root}/`, '').trim()} (all: build/native.log)`,
    'To try again: npm run setup -- --again',
  );
}

/** The TypeScript backend runs the same programs, so this ends nothing unless the addon was asked for by name. */
function withoutAddon(why, what) {
  rmSync(at('build/Release/glia.node'), { force: true }); // one of other sources would be loaded, and not fit
  if (env.GLIA_BACKEND === 'native') {
    say(`no native addon: ${why}. ${what}`);
    exit(1);
  }
  progress(`no native addon, so the TypeScript backend serves: ${why}. ${what}`);
}
