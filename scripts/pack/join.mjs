import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

/** How a module names another one that it starts as a process of its own. */
const STARTED = /new URL\('\.\/([\w-]+)\.js', import\.meta\.url\)/g;

/**
 * Joins the modules in `from` that an entry of the package needs: Node takes longer to find and open a file than to run
 * what is in it. What several entries need goes to chunks/, which is as deep as the folders of `src`, so that a path
 * from a module to the root of the package leads there still. No statement is dropped, and functions keep their names;
 * doc comments stand in the declarations, where editors read them.
 */
export async function joinModules(root, from, to) {
  const names = [...entriesOf(root), ...startedIn(from)];
  const input = Object.fromEntries(names.map((name) => [name, join(from, `${name}.js`)]));
  const bundle = await rolldown({ input, platform: 'node', treeshake: false, external: /^node:/ });
  await bundle.write({
    dir: to,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    minifyInternalExports: false,
    comments: { legal: true, annotation: true, jsdoc: false },
    keepNames: true,
  });
  await bundle.close();
}

/** What package.json lets be imported or started, without `dist/` and ending. */
function entriesOf(root) {
  const { exports: targets, bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const files = [...Object.values(targets).map((target) => target.default), ...Object.values(bin)];
  return files.filter(Boolean).map((file) => file.replace(/^(\.\/)?dist\/(.+)\.js$/, '$2'));
}

/** Modules of the command line that others start by their path: these stay files. */
function startedIn(folder) {
  const files = readdirSync(join(folder, 'cli')).filter((file) => file.endsWith('.js'));
  const code = files.map((file) => readFileSync(join(folder, 'cli', file), 'utf8')).join('');
  return [...code.matchAll(STARTED)].map(([, name]) => `cli/${name}`);
}
