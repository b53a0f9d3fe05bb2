import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { rolldown } from 'rolldown';

/** How a module names another one that it starts as a process of its own. */
const STARTED = /new URL\('\.\/([\w-]+)\.js', import\.meta\.url\)/g;

/**
 * Joins the modules in `from` that an entry of the package needs: Node takes longer to find and open a file than to run
 * what is in it. What several entries need goes to chunks/, which is as deep as the folders of `src`, so that a path
 * from a module to the root of the package leads there still. No statement is dropped, and functions keep their names;
 * doc comments stand in the declarations, where editors read them. What comes from packages is a file of its own.
 */
export async function joinModules(root, from, to) {
  const names = [...entriesOf(root), ...startedIn(from)];
  const input = Object.fromEntries(names.map((name) => [name, join(from, `${name}.js`)]));
  const bundle = await rolldown({
    input,
    platform: 'node',
    treeshake: false,
    external: /^node:/,
    plugins: [apart(from)],
  });
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
  await bundlePackages(from, to);
}

/** The module that leads to packages, and its name in the files of the other modules until they are written. */
const [OUTSIDE, PLACE] = ['plot/d3.js', 'glia:packages'];

/** Leaves that module out. */
const apart = (from) => ({
  name: 'apart',
  resolveId: (source, importer) =>
    importer !== undefined && join(dirname(importer), source) === join(from, OUTSIDE)
      ? { id: PLACE, external: true }
      : undefined,
});

/** Writes a file with what is used of the packages, and nothing that only a reader of their code needs. */
async function bundlePackages(from, to) {
  if (!existsSync(join(from, OUTSIDE))) return;
  const bundle = await rolldown({ input: join(from, OUTSIDE), platform: 'node', external: /^node:/ });
  const file = join(to, 'chunks/packages.js');
  await bundle.write({ file, format: 'esm', minify: true });
  await bundle.close();
  const written = readdirSync(to, { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of written.filter(({ name }) => name.endsWith('.js'))) {
    const path = join(parentPath, name);
    const code = readFileSync(path, 'utf8');
    const way = relative(parentPath, file).replaceAll('\\', '/');
    if (code.includes(PLACE))
      writeFileSync(path, code.replaceAll(PLACE, way.startsWith('.') ? way : `./${way}`));
  }
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
