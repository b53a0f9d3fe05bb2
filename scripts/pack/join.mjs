import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { rolldown } from 'rolldown';
import { parseAst } from 'rolldown/parseAst';

/** How a module names another one that it starts as a process of its own. */
const STARTED = /new URL\('\.\/([\w-]+)\.js', import\.meta\.url\)/g;

/**
 * Joins the modules in `from` that an entry of the package needs: Node takes longer to find and open a file than to run
 * what is in it. What several entries need goes to chunks/, which is as deep as the folders of `src`, so that a path
 * from a module to the root of the package leads there still. What no entry uses and does nothing goes; expressions are written
 * shorter, functions and variables keep their names; white space and comments go, but for a line for each statement, so that a stack trace says where. Doc
 * comments stand in the declarations, where editors read them. What comes from packages is a file of its own.
 */
export async function joinModules(root, from, to) {
  const names = [...entriesOf(root), ...startedIn(from)];
  const input = Object.fromEntries(names.map((name) => [name, join(from, `${name}.js`)]));
  const bundle = await rolldown({
    input,
    platform: 'node',
    treeshake: { moduleSideEffects: [{ test: /./, sideEffects: true }] },
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
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    keepNames: true,
  });
  await bundle.close();
  const packages = join(to, 'chunks/packages.js');
  if (existsSync(join(from, OUTSIDE))) await bundlePackages(join(from, OUTSIDE), packages);
  const written = readdirSync(to, { recursive: true, withFileTypes: true });
  for (const { parentPath, name } of written.filter(({ name }) => name.endsWith('.js'))) {
    const path = join(parentPath, name);
    const way = relative(parentPath, packages).replaceAll('\\', '/');
    const code = readFileSync(path, 'utf8').replaceAll(PLACE, way.startsWith('.') ? way : `./${way}`);
    writeFileSync(path, inLines(code));
  }
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
async function bundlePackages(input, file) {
  const bundle = await rolldown({ input, platform: 'node', external: /^node:/ });
  await bundle.write({ file, format: 'esm', minify: true });
  await bundle.close();
}

/** The code with each statement, and each member of a class, on a line of its own. */
function inLines(code) {
  const statements = parseAst(code).body;
  const classes = statements.flatMap(classesOf);
  const starts = [...statements, ...classes.flatMap(({ body }) => body.body)].map(({ start }) => start);
  const cuts = [0, ...starts.filter((start) => start > 0 && code[start - 1] !== '\n').sort((a, b) => a - b)];
  const lines = cuts.map((cut, i) => code.slice(cut, cuts[i + 1]));
  return `${lines.join('\n').trimEnd()}\n`;
}

/** The classes that a statement declares, named or as the value of a variable. */
function classesOf({ type, declaration, declarations = [], ...own }) {
  if (type === 'ClassDeclaration') return [own];
  if (declaration) return classesOf(declaration);
  return declarations.flatMap(({ init }) => (init?.type === 'ClassExpression' ? [init] : []));
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
