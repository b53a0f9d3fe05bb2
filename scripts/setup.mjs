#!/usr/bin/env node
// Makes a clone ready to run: packages, the native addon, dist/. Does only what is not done and speaks only on stderr.
// Where the addon cannot be built glia runs on its TypeScript backend, and set-up says what to install.
//
//   --quiet                   no progress lines
//   --again                   try again what failed before
//   GLIA_BACKEND=typescript   leave the addon out
//   GLIA_BACKEND=native       fail if the addon cannot be built
import { mkdirSync } from 'node:fs';
import { argv, exit, versions } from 'node:process';
import { addon, addonDone, forget } from './setup/addon.mjs';
import { dist, distDone } from './setup/dist.mjs';
import { lock } from './setup/lock.mjs';
import { packages, packagesDone } from './setup/packages.mjs';
import { at, progress, say } from './setup/project.mjs';

const [major, minor] = versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  say(`needs Node.js 20.19 or newer, this is ${versions.node}`);
  exit(1);
}

const steps = [
  [packagesDone, packages],
  [addonDone, addon],
  [distDone, dist],
];
if (argv.includes('--again')) forget();
if (!steps.every(([done]) => done())) {
  mkdirSync(at('build'), { recursive: true });
  lock(at('build/setup.lock'), () => progress('waiting for another set-up'));
  for (const [done, work] of steps) if (!done()) work();
}
