// What a shared object of Linux asks of the machine that loads it, as readelf of binutils tells it for any processor.
import { spawnSync } from 'node:child_process';

/** readelf's account of a file. */
export function readElf(file) {
  const parts = ['file-header', 'program-headers', 'sections', 'dynamic', 'dyn-syms', 'version-info', 'wide'];
  const args = [...parts.map((part) => `--${part}`), file];
  const { status, error, stdout, stderr } = spawnSync('readelf', args, {
    encoding: 'utf8',
    env: { ...process.env, LC_ALL: 'C' },
    maxBuffer: 1 << 28,
  });
  if (error) throw new Error(`readelf (of binutils) cannot run: ${error.message}`);
  if (status !== 0) throw new Error(`readelf: ${stderr.trim()}`);
  return stdout;
}

const SYMBOL =
  /^ *\d+: [0-9a-f]+ +\S+ +\w+ +(?<bind>\w+) +\w+ +(?:\[.*?\] +)?(?<section>\w+) (?<name>[^\s@]+)(?:@+(?<version>\S+))?/gm;

/**
 * Reads that account: the processor, the names that the file gives away, those it wants, the versions of libraries
 * that it asks for, the libraries it needs, and what else a loader may refuse.
 */
export function parseElf(text) {
  const symbols = [...text.matchAll(SYMBOL)]
    .map(({ groups }) => groups)
    .filter(({ bind }) => bind !== 'LOCAL');
  return {
    machine: /^ *Machine: +(.+)$/m.exec(text)?.[1],
    exports: symbols.filter(({ section }) => section !== 'UND').map(({ name }) => name),
    imports: symbols.filter(({ section }) => section === 'UND'),
    versions: [...text.matchAll(/^ +0x[0-9a-f]+: +Name: (\S+) +Flags: /gm)].map(([, name]) => name),
    needed: [...text.matchAll(/\(NEEDED\) +Shared library: \[(.+)\]/g)].map(([, name]) => name),
    hasSymbolTable: /^ *\[ *\d+\] \.symtab /m.test(text),
    hasExecutableStack: /^ *GNU_STACK .* RWE /m.test(text),
  };
}
