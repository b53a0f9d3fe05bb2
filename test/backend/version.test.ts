import { spawnSync } from 'node:child_process';
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { version } from '../../src/base/package.ts';
import { folder } from '../cli/host.ts';
import { addon, noAddon } from './programs.ts';

test.skipIf(noAddon)('the addon carries the version of the package it was built from', () => {
  expect(addon().describe().version).toBe(version());
});

test('another version is built anew', () => {
  const root = folder();
  for (const path of ['CMakeLists.txt', 'package.json', 'scripts']) {
    cpSync(path, join(root, path), { recursive: true });
  }
  writeFileSync(
    join(root, 'key.mjs'),
    `console.log((await import('./scripts/native-build.mjs')).nativeKey())`,
  );
  const key = () => spawnSync(process.execPath, [join(root, 'key.mjs')], { encoding: 'utf8' }).stdout;
  const before = key();
  expect(before).toMatch(/^[0-9a-f]{64}/);
  expect(key()).toBe(before);
  const manifest = join(root, 'package.json');
  const text = readFileSync(manifest, 'utf8').replace(`"version": "${version()}"`, '"version": "9.9.9"');
  expect(text).toContain('9.9.9');
  writeFileSync(manifest, text);
  expect(key()).not.toBe(before);
});
