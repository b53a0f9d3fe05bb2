#!/usr/bin/env node
// Installs glia as its users do, from a tarball packed now, and prints what holds. Arguments choose families of checks.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { argv, exit } from 'node:process';
import { addonsMissing } from '../pack/addons.mjs';
import { root } from '../setup/project.mjs';
import { bare, toolchain } from './bare.mjs';
import { cleanEnv, run } from './command.mjs';
import { install } from './consumer.mjs';
import { contents } from './contents.mjs';
import { formats } from './formats.mjs';
import { importing } from './importing.mjs';
import { CACHE } from './nodes.mjs';
import { Report } from './report.mjs';
import { runtimes } from './runtimes.mjs';

const FAMILIES = { contents, formats, importing, runtimes, bare, toolchain };

const names = argv.slice(2).length > 0 ? argv.slice(2) : Object.keys(FAMILIES);
const unknown = names.find((name) => !(name in FAMILIES));
if (unknown) {
  console.error(`install: there are no checks "${unknown}"; there are ${Object.keys(FAMILIES).join(', ')}`);
  exit(2);
}

mkdirSync(CACHE, { recursive: true });
const scratch = mkdtempSync(join(tmpdir(), 'glia-install-')); // outside the clone, whose node_modules must not be found
try {
  const file = run('npm', ['pack', '--silent', '--pack-destination', scratch], {
    cwd: root,
    env: { ...cleanEnv(), ...(addonsMissing(root) && { GLIA_BACKEND: 'typescript' }) },
  });
  const report = new Report();
  const tarball = join(scratch, file.trim());
  const app = install(tarball, join(scratch, 'app'));
  const context = { tarball, app, scratch, report };
  for (const name of names) await FAMILIES[name](context);
  process.exitCode = report.close();
} finally {
  rmSync(scratch, { recursive: true, force: true });
}
