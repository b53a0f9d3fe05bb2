#!/usr/bin/env node
// `node scripts/prebuild/digests.mjs` prints the SHA-256 of each addon in prebuilds/ as NAME=DIGEST, with names such as
// linux-x64-glibc. `--expect JSON` compares them with the digests by name that the jobs that built them gave: exit code 1
// if one is missing, unknown or another.
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { exit } from 'node:process';
import { parseArgs } from 'node:util';
import { at } from '../setup/project.mjs';

/** `linux-x64/glia.musl.node` is called linux-x64-musl. */
function nameOf(file) {
  const [platform, addon] = file.split(/[\\/]/);
  return [platform, ...addon.split('.').slice(1, -1)].join('-');
}

function digests(folder) {
  const files = existsSync(folder) ? readdirSync(folder, { recursive: true }) : [];
  const addons = files.filter((file) => file.endsWith('.node')).sort();
  const digestOf = (file) =>
    createHash('sha256')
      .update(readFileSync(join(folder, file)))
      .digest('hex');
  return Object.fromEntries(addons.map((file) => [nameOf(file), digestOf(file)]));
}

const { values } = parseArgs({
  options: { expect: { type: 'string' }, in: { type: 'string', default: at('prebuilds') } },
});
const found = digests(values.in);
if (values.expect === undefined) {
  for (const [name, digest] of Object.entries(found)) console.log(`${name}=${digest}`);
} else {
  const wanted = JSON.parse(values.expect);
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(found)])];
  const wrong = names.filter((name) => !wanted[name] || found[name] !== wanted[name]);
  for (const name of wrong)
    console.error(`${name}: wanted ${wanted[name] || 'none'}, found ${found[name] ?? 'none'}`);
  if (names.length === 0) console.error('no digest was given');
  exit(wrong.length > 0 || names.length === 0 ? 1 : 0);
}
