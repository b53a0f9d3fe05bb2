import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, posix } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { filesIn, importsOf, ROOT, read } from './support/sources.ts';

const load = (name: string) => import(new URL(`../scripts/pack/${name}`, import.meta.url).href);
const { addonsMissing } = await load('addons.mjs');
const { copyHeaders } = await load('headers.mjs');
const { joinModules } = await load('join.mjs');
const { BUNDLED, withTheirNeeds } = await load('bundled.mjs');

const scratch = mkdtempSync(join(tmpdir(), 'glia-package-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

// What npm makes of them is seen by `npm run test:install`, which packs, builds and runs; these say early what is lost.
describe('the files of the package', () => {
  const { files } = JSON.parse(read('package.json')) as { readonly files: readonly string[] };
  const packed = (path: string): boolean =>
    files.some((entry) => path === entry || path.startsWith(`${entry}/`));

  test('are named by paths, each once', () => {
    expect(files.filter((entry) => /[*!]/.test(entry))).toEqual([]);
    expect(new Set(files).size).toBe(files.length);
  });

  test('hold whatever a build is made from', () => {
    const scripts = withImports('scripts/native-build.mjs');
    expect(scripts.length).toBeGreaterThan(1);
    const sources = [...scripts, 'CMakeLists.txt', ...filesIn('native', '')];
    expect(sources.filter((path) => !packed(path))).toEqual([]);
  });

  test('hold what is linked and bundled with its licences, and what changed', () => {
    for (const path of ['vendor', 'THIRD-PARTY-NOTICES.md', 'CHANGELOG.md']) expect(packed(path)).toBe(true);
  });

  test('name each package that is bundled, with its licence', () => {
    const manifest = JSON.parse(read('package.json')) as { devDependencies: Record<string, string> };
    const lock = JSON.parse(read('package-lock.json'));
    const names: string[] = withTheirNeeds(lock);
    expect(names.length).toBeGreaterThan(BUNDLED.length);
    for (const name of BUNDLED) expect(manifest.devDependencies[name]).toMatch(/^\d+\.\d+\.\d+$/);
    for (const name of names) {
      const { license, dev } = lock.packages[`node_modules/${name}`];
      expect([name, license, dev]).toEqual([name, 'ISC', true]);
      expect(read('THIRD-PARTY-NOTICES.md')).toContain(name);
      const notice = read(`node_modules/${name}/LICENSE`).trim().split('\n');
      expect(read('THIRD-PARTY-NOTICES.md')).toContain(notice[0]);
      expect(read('THIRD-PARTY-NOTICES.md')).toContain(notice.slice(2).join('\n'));
    }
  });

  test('hold no source that is compiled, no test and no set-up', () => {
    const others = ['src', 'test', 'bench', 'examples', 'scripts/setup.mjs', 'scripts/install/main.mjs'];
    expect([...others, 'binding.gyp', 'build', 'node_modules'].filter(packed)).toEqual([]);
  });

  function withImports(path: string, seen: string[] = []): string[] {
    if (seen.includes(path)) return seen;
    seen.push(path);
    for (const target of importsOf(path)) {
      if (!target.startsWith('node:')) withImports(posix.normalize(target), seen);
    }
    return seen;
  }
});

describe('a package without an addon', () => {
  const root = join(scratch, 'without');
  const folder = join(root, 'prebuilds/linux-x64');

  test('is refused with what to do, unless it is asked for', () => {
    mkdirSync(folder, { recursive: true });
    expect(addonsMissing(join(scratch, 'nowhere'), {})).toContain('npm run prebuildify');
    expect(addonsMissing(root, {})).toContain('GLIA_BACKEND=typescript npm pack');
    expect(addonsMissing(root, { GLIA_BACKEND: 'typescript' })).toBeUndefined();
    writeFileSync(join(folder, 'glia.glibc.node'), '');
    expect(addonsMissing(root, {})).toBeUndefined();
  });

  test('is refused before anything is built', () => {
    expect(read('scripts/pack/main.mjs')).toMatch(
      /addonsMissing\(root\)[\s\S]+process\.exit\(1\)[\s\S]+\ndist\(\)/,
    );
  });
});

describe('the headers of Node-API', () => {
  const vendor = join(scratch, 'vendor');
  beforeAll(() => copyHeaders(ROOT, vendor));
  const names = (folder: string): string[] => readdirSync(join(vendor, folder));
  const folders = ['node-api-headers'];

  test('are all there: each that one of them includes', () => {
    const there = new Set(folders.flatMap(names));
    const included = folders.flatMap((folder) =>
      names(folder).flatMap((name) =>
        [...readFileSync(join(vendor, folder, name), 'utf8').matchAll(/^#include "(.+)"/gm)].map(
          (m) => m[1]!,
        ),
      ),
    );
    expect(included).toContain('node_api_types.h');
    expect(included.filter((name) => !there.has(name))).toEqual([]);
    expect(read('native/src/js.h')).toContain('#include <node_api.h>');
    expect(there.has('node_api.h')).toBe(true);
  });

  test('come with their licences and nothing else', () => {
    for (const folder of folders) {
      const others = names(folder).filter((name) => !name.endsWith('.h'));
      expect(others).toHaveLength(1);
      expect(readFileSync(join(vendor, folder, others[0]!), 'utf8')).toContain(
        'Permission is hereby granted',
      );
    }
  });
});

describe('joined modules', () => {
  const files: Readonly<Record<string, string>> = {
    'package.json': `{ "type": "module", "sideEffects": false, "bin": { "x": "dist/cli/main.js" },
      "exports": { ".": { "default": "./dist/index.js" }, "./more": { "default": "./dist/more/index.js" } } }`,
    'dist/base/thing.js':
      "export class Thing {}\nexport const root = new URL('../../', import.meta.url).href;",
    'dist/base/list.js': 'export const list = [];',
    'dist/ops/one.js':
      "import { list } from '../base/list.js';\nlist.push('one');\nfunction same() {}\nlist.push(same);",
    'dist/ops/two.js': "import { list } from '../base/list.js';\nfunction same() {}\nlist.push(same);",
    'dist/index.js':
      "import './ops/one.js';\nimport './ops/two.js';\nexport { list } from './base/list.js';\nexport * from './base/thing.js';\nexport * from './train/failing.js';",
    'dist/more/index.js': "export * from '../base/thing.js';\nexport { format } from '../plot/d3.js';",
    'dist/plot/d3.js': `export { format } from ${JSON.stringify(join(ROOT, 'node_modules/d3-format/dist/d3-format.mjs'))};`,
    'dist/train/failing.js': [
      '/** What a reader of declarations sees. */',
      'export class Failing extends Error {',
      '  // Whose own it is.',
      '  #reason = `two\n  lines`;',
      '  static made = 0;',
      '  get reason() {',
      '    return   this.#reason;',
      '  }',
      '  throwIt() {',
      '    if (Failing.made === 0)   throw this;',
      '  }',
      '}',
      'export const later = () => {',
      "  new Failing('why').throwIt();",
      '};',
    ].join('\n'),
    'dist/cli/main.js': "export const child = new URL('./child.js', import.meta.url).href;",
    'dist/cli/child.js': "import { root } from '../base/thing.js';\nexport const found = root;",
  };
  const to = join(scratch, 'package/dist');
  const get = (path: string) => import(pathToFileURL(join(to, path)).href);

  beforeAll(async () => {
    const from = join(scratch, 'clone');
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(from, path)), { recursive: true });
      writeFileSync(join(from, path), text);
    }
    await joinModules(from, join(from, 'dist'), to);
    writeFileSync(join(scratch, 'package/package.json'), files['package.json']!);
  });

  test('are one instance, whichever entry leads to them', async () => {
    expect((await get('index.js')).Thing).toBe((await get('more/index.js')).Thing);
  });

  test('run what is imported for what it does, in order, with its names', async () => {
    const { list } = await get('index.js');
    expect(
      list.map((item: string | { name: string }) => (typeof item === 'string' ? item : item.name)),
    ).toEqual(['one', 'same', 'same']);
  });

  test('find the root of the package, and the processes that they start', async () => {
    const { child } = await get('cli/main.js');
    const root = pathToFileURL(join(scratch, 'package/')).href;
    expect((await import(child)).found).toBe(root);
    expect((await get('index.js')).root).toBe(root);
  });

  test('have what they use of packages in one file, which whoever does not use it does not load', async () => {
    expect((await get('more/index.js')).format('.2f')(-1.005)).toBe('\u22121.00');
    const files = filesOf(to);
    const holding = files.filter((path) => /formatDecimal|toExponential/.test(readFileSync(path, 'utf8')));
    expect(holding.map((path) => path.slice(to.length + 1))).toEqual(['chunks/packages.js']);
    expect(readFileSync(join(to, 'index.js'), 'utf8')).not.toContain('packages');
    expect(files.filter((path) => readFileSync(path, 'utf8').includes('node_modules'))).toEqual([]);
  });

  test('have no comment and no blank that nobody needs, and mean what they meant', async () => {
    const code = readFileSync(join(to, 'index.js'), 'utf8');
    expect(code).toContain('get reason(){return this.#reason}');
    expect(code).not.toMatch(/\/\/|\/\*|[;,{}] /);
    const { Failing } = await get('index.js');
    const failing = new Failing('why');
    expect([Failing.name, failing.reason, failing.message]).toEqual(['Failing', 'two\n  lines', 'why']);
  });

  test('tell a stack trace the function and its line', async () => {
    const { later } = await get('index.js');
    const lines = readFileSync(join(to, 'index.js'), 'utf8').split('\n');
    const stack = (() => {
      try {
        return later();
      } catch (error) {
        return (error as Error).stack!;
      }
    })() as string;
    const called = stack.match(/at later \(.*index\.js:(\d+):\d+\)/)!;
    expect(lines[Number(called[1]) - 1]).toMatch(/^const later=/);
  });

  test('are fewer files', () => {
    expect(filesOf(to).length).toBeLessThan(Object.keys(files).length - 1);
  });
});

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}
