import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';

const addon = fileURLToPath(new URL('../../build/Release/glia.node', import.meta.url));
const cpu = existsSync('/proc/cpuinfo') ? readFileSync('/proc/cpuinfo', 'utf8') : '';
const folder = mkdtempSync(join(tmpdir(), 'glia-dispatch-'));
afterAll(() => rmSync(folder, { recursive: true }));

// Stands before OpenBLAS and answers the first question for the core as one would that does not know this CPU.
const DISGUISE = `
#include <dlfcn.h>
#include <cstddef>
extern "C" const char* openblas_get_corename(void) {
  static bool asked = false;
  if (!asked) { asked = true; return "Prescott"; }
  void* library = dlopen("libopenblas.so.0", RTLD_NOLOAD | RTLD_LAZY);
  return library == NULL ? "none" : reinterpret_cast<const char* (*)()>(dlsym(library, "openblas_get_corename"))();
}
`;

/** What the addon says of its BLAS in a process of its own, which chooses as these variables alone ask. */
function facts(environment: Readonly<Record<string, string>>): { core: string; coreFound: string } {
  const { OPENBLAS_CORETYPE: _, GLIA_ISA: __, ...env } = process.env;
  const script = `console.log(JSON.stringify(require(${JSON.stringify(addon)}).describe()))`;
  return JSON.parse(
    execFileSync(process.execPath, ['-e', script], { env: { ...env, ...environment }, encoding: 'utf8' }),
  );
}

function disguise(): string {
  const source = join(folder, 'disguise.cc');
  const library = join(folder, 'disguise.so');
  writeFileSync(source, DISGUISE);
  execFileSync('g++', ['-shared', '-fPIC', '-O1', source, '-o', library, '-ldl']);
  return library;
}

function compilerIsHere(): boolean {
  try {
    execFileSync('g++', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

// The disguise stands before a shared OpenBLAS on Linux; elsewhere there is nothing to repair this way.
const possible = process.arch === 'x64' && cpu.includes(' avx2 ') && existsSync(addon) && compilerIsHere();

describe.runIf(possible)('an OpenBLAS that takes this CPU for one of 2004', () => {
  const best = cpu.includes(' avx512vl ') ? 'SkylakeX' : 'Haswell';

  test('is given kernels that fit', () => {
    expect(facts({ LD_PRELOAD: disguise() })).toMatchObject({ coreFound: 'Prescott', core: best });
  });

  test('is given those of the instruction set that is asked for', () => {
    const found = facts({ LD_PRELOAD: disguise(), GLIA_ISA: 'avx2' });
    expect(found).toMatchObject({ coreFound: 'Prescott', core: 'Haswell' });
  });

  test('is left alone where the environment names a core', () => {
    const found = facts({ LD_PRELOAD: disguise(), OPENBLAS_CORETYPE: 'Haswell' });
    expect(found).toMatchObject({ coreFound: 'Prescott', core: 'Haswell' });
  });
});
