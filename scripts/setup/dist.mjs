import { existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { execPath } from 'node:process';
import { hashOf } from './hash.mjs';
import { at, fail, logged, progress, read, root } from './project.mjs';

const INPUTS = ['src', 'tsconfig.json', 'tsconfig.build.json', 'node_modules/typescript/package.json'];

export function distDone() {
  return existsSync(at('dist')) && read('build/dist.stamp') === hashOf(root, INPUTS);
}

/** Compiles src beside dist and switches it in: what a deleted source left goes, and a failed build changes nothing. */
export function dist() {
  progress('compiling src to dist');
  const key = hashOf(root, INPUTS);
  rmSync(at('dist.new'), { recursive: true, force: true });
  const args = [at('node_modules/typescript/bin/tsc'), '-p', 'tsconfig.build.json', '--outDir', 'dist.new'];
  if (!logged('tsc', execPath, args)) fail('src does not compile', 'tsc');
  rmSync(at('dist.old'), { recursive: true, force: true });
  if (existsSync(at('dist'))) renameSync(at('dist'), at('dist.old'));
  renameSync(at('dist.new'), at('dist'));
  rmSync(at('dist.old'), { recursive: true, force: true });
  writeFileSync(at('build/dist.stamp'), key);
}
