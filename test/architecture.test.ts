import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { describe, expect, test } from 'vitest';
import { allOps, signature } from '../src/ir/op.ts';
import '../src/ops/index.ts';
import { code, exportsOf, filesIn, importsOf, ROOT, read } from './support/sources.ts';

const { BUNDLED } = (await import(new URL('../scripts/pack/bundled.mjs', import.meta.url).href)) as {
  readonly BUNDLED: readonly string[];
};
const source = filesIn('src', '.ts');
const native = filesIn('native/src', '.cc', '.h');
const everything = ['src', 'native', 'test', 'scripts', 'bench', 'examples'].flatMap((folder) =>
  filesIn(folder, ''),
);
const lines = (path: string): number => read(path).trimEnd().split('\n').length;

/** Floor of each folder or face of `src`, as the table of ARCHITECTURE.md has them: its home is there. */
const floors = new Map(
  [...read('ARCHITECTURE.md').matchAll(/^\| (\d) +\| (.+) \|$/gm)].flatMap(([, floor, folders]) =>
    [...folders!.matchAll(/`(src\/[\w./]+)`/g)].map(([, folder]) => [folder!, Number(floor)] as const),
  ),
);
const roomOf = (path: string): string => (floors.has(path) ? path : path.split('/').slice(0, 2).join('/'));

describe('the floors', () => {
  test('have a place for every folder and face', () => {
    expect(source.filter((path) => !floors.has(roomOf(path)))).toEqual([]);
    expect(new Set(source.map(roomOf)).size).toBeGreaterThan(10);
  });

  test.each(source)('%s imports only its own folder and lower floors', (path) => {
    const [room, floor] = [roomOf(path), floors.get(roomOf(path))!];
    const upward = importsOf(path).filter((target) => {
      return target.startsWith('src/') && roomOf(target) !== room && !(floors.get(roomOf(target))! < floor);
    });
    expect(upward).toEqual([]);
  });

  test('stand on Node alone, and on what is bundled: there is nothing to install', () => {
    const outside = source.flatMap((path) =>
      importsOf(path)
        .filter((target) => !/^(src\/|node:)/.test(target))
        .map((target) => `${path}: ${target}`),
    );
    expect(outside.sort()).toEqual(BUNDLED.map((name) => `src/plot/d3.ts: ${name}`));
  });
});

describe('files', () => {
  test('have at most 400 lines, and half of them at most 120', () => {
    const all = [...source, ...native].map((path) => ({ path, lines: lines(path) }));
    expect(all.filter((file) => file.lines > 400)).toEqual([]);
    for (const files of [source, native]) {
      const sorted = files.map(lines).sort((a, b) => a - b);
      expect(sorted[sorted.length >> 1]).toBeLessThanOrEqual(120);
    }
  });

  test('have names that say something', () => {
    const empty = /(^|\/)(utils?|helpers?|common|misc|managers?|core)(\.[^/]*)?(\/|$)/i;
    expect(everything.filter((path) => empty.test(path))).toEqual([]);
  });

  test('leave no test out', () => {
    const left = filesIn('test', '.ts').filter((path) =>
      /\b(test|it|describe)\.(only|skip|todo)\b/.test(code(path)),
    );
    expect(left).toEqual([]);
  });
});

describe('what only one file knows', () => {
  const whoever = (files: readonly string[], what: RegExp): string[] =>
    files.filter((path) => what.test(code(path)));

  test('the name of an op stands in its entry and its kernel, not in passes, backends and explanations', () => {
    const names = new Set(allOps().map(({ name }) => name));
    const inside = source.filter((path) => /^src\/(compile|backend|explain)\//.test(path));
    const named = inside.flatMap((path) =>
      [...code(path).matchAll(/(['"`])((?:(?!\1).)*)\1/g)].map((m) => m[2]!),
    );
    expect(named.length).toBeGreaterThan(50);
    expect(named.filter((literal) => names.has(literal))).toEqual([]);
  });

  test('what comes from packages is not loaded by a program that trains', () => {
    const loaded = new Set(['src/index.ts']);
    for (const path of loaded) {
      const values = code(path).matchAll(/^(?:import|export) (?!type\b)(?:[^;]*? from )?'(\.[^']+)';/gm);
      for (const [, target] of values) loaded.add(posix.join(posix.dirname(path), target!));
    }
    expect(loaded.size).toBeGreaterThan(100);
    expect([...loaded].filter((path) => path.startsWith('src/plot/'))).toEqual([]);
  });

  test('what loads data of a language is made when it is needed: importing takes little time', () => {
    const early = source.filter((path) => /^(?:export )?(?:const|let) [^\n]*= new Intl\./m.test(code(path)));
    expect(early).toEqual([]);
  });

  test('the executor knows no op', () => {
    const walkers = native.filter((path) => /\/(executor|program|runs|threads)\.(cc|h)$/.test(path));
    expect(walkers.length).toBeGreaterThan(5);
    const named = walkers.flatMap((path) => {
      const words = new Set(
        code(path)
          .replace(/std::\w+|#include.*/g, '')
          .match(/\w+/g),
      );
      return allOps().flatMap(({ name }) => (words.has(name) ? [`${path}: ${name}`] : []));
    });
    expect(named).toEqual([]);
  });

  test('JavaScript is known to addon.cc alone, by js.h', () => {
    expect(whoever(native, /napi/i)).toEqual(['native/src/addon.cc', 'native/src/js.h']);
  });

  test('addons are named by backend/candidates.ts, loaded by load.ts and called by native.ts', () => {
    expect(whoever(source, /\.node'/)).toEqual(['src/backend/candidates.ts']);
    expect(whoever(source, /createRequire|process\.dlopen/)).toEqual(['src/backend/load.ts']);
    const callers = source.filter((path) => importsOf(path).includes('src/backend/native.ts'));
    expect(callers).toEqual(['src/backend/load.ts']);
  });

  test('the platform is asked for by backend/platform.ts, and where files behave differently', () => {
    // Windows cannot sync a folder.
    const known = ['src/backend/platform.ts', 'src/io/durable.ts'];
    expect(whoever(source, /process\.(platform|arch)|\bos\.(platform|arch)\b/)).toEqual(known);
  });

  test('nothing is written to the console, but by the command line', () => {
    expect(whoever(source, /\bconsole\.\w+\(/).filter((path) => !path.startsWith('src/cli/'))).toEqual([]);
  });
});

describe('what is exported', () => {
  const faces = [
    'src/index.ts',
    'src/data/index.ts',
    'src/callbacks.ts',
    'src/train/callbacks.ts',
    'src/explain/index.ts',
    'src/plot/index.ts',
    'src/testing/index.ts',
  ];
  const exported = [
    ...new Map(faces.flatMap(exportsOf).map((one) => [`${one.file} ${one.name}`, one])).values(),
  ];
  const functions = exported.filter(({ kind }) => kind.startsWith('function'));
  const show = ({ file, name }: { file: string; name: string }) => `${file}: ${name}`;

  test('is found', () => {
    expect(exported.length).toBeGreaterThan(100);
    expect(functions.length).toBeGreaterThan(50);
  });

  test('has a description', () => {
    const bare = exported.filter(
      ({ doc }) => !/[a-zA-Zα-ωΑ-Ω]{2}/.test(doc?.replace(/@\w+[\s\S]*/, '') ?? ''),
    );
    expect(bare.map(show)).toEqual([]);
  });

  test('has an example, if it is a function', () => {
    expect(functions.filter(({ doc }) => !/@example\n/.test(doc ?? '')).map(show)).toEqual([]);
  });

  test('says what it throws, if it is a function that does', () => {
    const silent = functions.filter(
      ({ text, doc }) => /\bthrow new \w+Error\(/.test(text) && !doc?.includes('@throws'),
    );
    expect(silent.map(show)).toEqual([]);
  });

  test('has a table of shapes and a cost, if it is an op', () => {
    const ops = exportsOf('src/ops/index.ts').filter(({ kind }) => kind === 'function');
    expect(ops.length).toBeGreaterThan(40);
    const incomplete = ops.filter(({ doc, text }) => {
      return (
        /\): Tensor \{/.test(text) && !(/\| name +\| shape +\|/.test(doc ?? '') && /Cost: /.test(doc ?? ''))
      );
    });
    expect(incomplete.map(show)).toEqual([]);
  });
});

describe('package.json', () => {
  interface Package {
    readonly dependencies: object;
    readonly engines: { readonly node: string };
    readonly type: string;
    readonly gypfile: boolean;
    readonly files: readonly string[];
    readonly bin: Readonly<Record<string, string>>;
    readonly scripts: Readonly<Record<string, string>>;
    readonly exports: Readonly<Record<string, string | { readonly types: string; readonly default: string }>>;
    readonly sideEffects: readonly string[];
  }
  const manifest = JSON.parse(read('package.json')) as Package;
  const sourceOf = (built: string): string =>
    built.replace(/^(\.\/)?dist\//, 'src/').replace(/(\.d\.ts|\.js)$/, '.ts');

  test('has no dependencies, and runs nothing when it is installed', () => {
    expect(manifest.dependencies).toEqual({});
    const onInstall = [
      'preinstall',
      'install',
      'postinstall',
      'prepublish',
      'preprepare',
      'prepare',
      'postprepare',
    ];
    expect(Object.keys(manifest.scripts).filter((name) => onInstall.includes(name))).toEqual([]);
    // npm builds what has a binding.gyp, unless it is told not to.
    expect([manifest.gypfile, manifest.files.includes('binding.gyp')]).toEqual([false, false]);
  });

  test('is for ES modules on Node 20.19 and 22.12, the first ones that can require them', () => {
    expect([manifest.type, manifest.engines.node]).toEqual(['module', '^20.19.0 || >=22.12.0']);
  });

  test('exports what there is', () => {
    const targets = Object.values(manifest.exports).flatMap((target) =>
      typeof target === 'string' ? [] : [target.types, target.default],
    );
    const built = [...targets, ...Object.values(manifest.bin)];
    expect(built.length).toBeGreaterThan(8);
    expect(built.filter((path) => !existsSync(join(ROOT, sourceOf(path))))).toEqual([]);
  });

  test('names the modules that are imported for what they do, so that bundlers keep them', () => {
    const effects = source.flatMap((path) =>
      [...code(path).matchAll(/^import '([^']+)';/gm)].map(([, target]) => join(path, '..', target!)),
    );
    expect(effects.length).toBeGreaterThan(0);
    const kept = (path: string): boolean => {
      const name = posix.basename(path, '.ts');
      return manifest.sideEffects.some((glob) => sourceOf(glob.replace('*', name)) === path);
    };
    expect(effects.filter((path) => !kept(path))).toEqual([]);
  });
});

describe('the native build', () => {
  test('has a kernel for every op, by its signature', () => {
    const kernels = native.flatMap((path) =>
      [...code(path).matchAll(/\bGLIA_(?:KERNEL|ELEMENTWISE)\(\s*(\w+),\s*((?:"[^"]*"\s*)+)/g)].map(
        ([, name, signed]) => `${name}${signed!.replace(/"\s*"|"|\s+$/g, '')}`,
      ),
    );
    expect(kernels.length).toBeGreaterThan(40);
    const without = allOps().filter((op) => !op.view && !op.compose && !kernels.includes(signature(op)));
    expect(without.map(signature), 'add a GLIA_KERNEL or GLIA_ELEMENTWISE in native/src/kernels').toEqual([]);
  });

  test('takes every source, and CMakeLists.txt alone says which', () => {
    const globs = /file\(GLOB sources CONFIGURE_DEPENDS ([^)]+)\)/
      .exec(read('CMakeLists.txt'))![1]!
      .split(' ');
    const taken = (path: string): boolean =>
      globs.some((glob) =>
        new RegExp(`^${glob.replaceAll('.', '\\.').replaceAll('*', '[^/]*')}$`).test(path),
      );
    expect(native.filter((path) => path.endsWith('.cc') && !taken(path))).toEqual([]);
    const others = ['binding.gyp', 'package.json', ...filesIn('scripts', '.mjs')];
    expect(others.filter((path) => /\w\.cc\b/.test(read(path)) && !path.includes('mutants'))).toEqual([]);
  });
});

test('the map and the guide name files that exist', () => {
  const named = ['ARCHITECTURE.md', 'CONTRIBUTING.md'].flatMap((path) =>
    [...read(path).matchAll(/\b(?:src|native|test|scripts|docs|bench|examples)\/[\w./-]*\w/g)].map(
      ([match]) => match,
    ),
  );
  expect(named.length).toBeGreaterThan(40);
  expect(named.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
});
