#!/usr/bin/env node
// node examples/run.mjs NAME
//
// Compiles the examples against the built package and runs one, in build/examples, where the tables of examples/data lie
// beside it and what it writes is in nobody's way. (Node.js from 22.18 on also takes the .ts files as they are.)
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { argv, chdir, execPath, exit } from 'node:process';
import { pathToFileURL } from 'node:url';

const here = import.meta.dirname;
const root = join(here, '..');
const work = join(root, 'build/examples');
const endingWith = (folder, ending) => readdirSync(folder).filter((file) => file.endsWith(ending));

const names = endingWith(here, '.ts').map((file) => file.slice(0, -'.ts'.length));
const [name] = argv.slice(2);
if (argv.length !== 3 || !names.includes(name)) {
  console.error(`usage: node examples/run.mjs ${names.join(' | ')}`);
  exit(2);
}
const { status } = spawnSync(execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', here], {
  stdio: 'inherit',
});
if (status !== 0) exit(1);
mkdirSync(work, { recursive: true });
for (const table of endingWith(join(here, 'data'), '.csv')) {
  copyFileSync(join(here, 'data', table), join(work, table));
}
chdir(work);
await import(pathToFileURL(join(work, `${name}.js`)).href);
