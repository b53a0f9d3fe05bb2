import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setEnvironmentData } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { libc } from '../../src/backend/platform.ts';
import { version } from '../../src/base/package.ts';
import { addonPath, noAddon } from './programs.ts';

const OWN = join('build', 'Release', 'glia.node');
const prebuilt = (name: string): string =>
  join('prebuilds', `${process.platform}-${process.arch}`, `glia${name}.node`);
const family = libc()?.family;

let root: string;
let load: typeof import('../../src/backend/load.ts');
let warn: MockInstance<typeof process.emitWarning>;

beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'glia-root-'));
  warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  // As at the start of a process: nothing is loaded, and nobody has been warned.
  vi.resetModules();
  setEnvironmentData('GLIA_FALLBACK', undefined);
  load = await import('../../src/backend/load.ts');
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true });
});

/** Puts a file into the fake package. */
function put(file: string, content: string | Uint8Array): string {
  const path = join(root, file);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

const real = (): Buffer => readFileSync(addonPath);

/** The real addon with another version in the place of its own. */
function ofVersion(other: string): Buffer {
  const bytes = real();
  const at = bytes.indexOf(`\0${version()}\0`, 0, 'latin1') + 1;
  expect(at).toBeGreaterThan(0);
  bytes.write(other.padEnd(version().length, '\0').slice(0, version().length), at, 'latin1');
  return bytes;
}

/** The warning that was given, after the backend is seen to be the one in TypeScript. */
function warning(): string {
  expect(load.loadNative(root, false).name).toBe('typescript');
  expect(warn).toHaveBeenCalledOnce();
  const [message, options] = warn.mock.calls[0]!;
  expect(options).toEqual({ type: 'GliaWarning', code: 'GLIA_FALLBACK' });
  return String(message);
}

describe('TypeScript computes, and a warning says why and what to do', () => {
  test('where there is no addon', () => {
    const text = warning();
    expect(text).toContain(`no addon for ${process.platform}-${process.arch} in ${root}`);
    expect(text).toMatch(/npx glia build.*npx glia doctor.*GLIA_BACKEND=typescript/);
  });

  test('where the addon is something else', () => {
    put(OWN, 'no addon');
    expect(warning()).toMatch(new RegExp(`tried in ${root}: ${OWN}: .*(short|header|format|valid)`));
  });

  test('where the addon is a folder', () => {
    mkdirSync(join(root, OWN), { recursive: true });
    expect(warning()).toContain('EISDIR');
  });

  // Without a check the system's loader maps what is left, and the process dies by SIGBUS.
  test.skipIf(noAddon || process.platform !== 'linux')('where the addon is cut off', () => {
    const bytes = real();
    truncateSync(put(OWN, bytes), bytes.length >> 1);
    expect(warning()).toContain(`${OWN}: it is cut off: ${bytes.length >> 1} of ${bytes.length} bytes`);
  });

  test.skipIf(noAddon)('where the addon belongs to another version', () => {
    put(OWN, ofVersion('9.9.9'));
    expect(warning()).toContain(`${OWN}: it was built from glia 9.9.9, this is ${version()}`);
  });

  test.skipIf(noAddon || family === undefined)('where the addon is for another C library', () => {
    const other = family === 'glibc' ? 'musl' : 'glibc';
    put(prebuilt(`.${other}`), real());
    expect(warning()).toContain(
      `${prebuilt(`.${other}`)}: it is for ${other}, and this node runs on ${family}`,
    );
  });

  test('with each reason where several addons fail', () => {
    put(OWN, 'no addon');
    put(prebuilt(''), 'none either');
    const text = warning();
    expect(text).toContain(`${OWN}: `);
    expect(text).toContain(`; ${prebuilt('')}: `);
  });
});

test('the warning comes once, whichever copy of the module gives it', async () => {
  load.loadNative(root, false);
  load.loadNative(root, false);
  vi.resetModules();
  (await import('../../src/backend/load.ts')).loadNative(root, false);
  expect(warn).toHaveBeenCalledOnce();
});

test('where the native backend is required, the same is an error', () => {
  put(OWN, 'no addon');
  const required = () => load.loadNative(root, true);
  expect(required).toThrow(expect.objectContaining({ code: 'ERR_GLIA_BACKEND' }));
  expect(required).toThrow(
    new RegExp(`cannot serve\\n  why +tried in ${root}: ${OWN}: .*\\n  hint +npx glia build`),
  );
  expect(warn).not.toHaveBeenCalled();
});

describe.skipIf(noAddon)('the first addon that serves is taken', () => {
  test('the own build before those that came with the package', () => {
    put(OWN, real());
    put(prebuilt(''), real());
    expect(load.probeNative(root)).toMatchObject({ file: OWN, tried: [] });
  });

  test('one that came with the package where the own build is broken', () => {
    put(OWN, 'no addon');
    put(prebuilt(''), real());
    const { file, tried } = load.probeNative(root);
    expect(file).toBe(prebuilt(''));
    expect(tried[0]).toMatchObject({ file: OWN });
    expect(load.loadNative(root, false).name).toBe('native');
    expect(warn).not.toHaveBeenCalled();
  });

  test.skipIf(family === undefined)('the one for the C library of this process', () => {
    for (const name of ['.glibc', '.musl', '']) put(prebuilt(name), real());
    expect(load.probeNative(root).file).toBe(prebuilt(`.${family}`));
  });
});

describe.runIf(process.platform === 'linux')('the C library', () => {
  const fresh = async () => {
    vi.resetModules();
    return (await import('../../src/backend/platform.ts')).libc();
  };
  const report = (header: object) => vi.spyOn(process.report, 'getReport').mockReturnValue({ header });

  test('is glibc where the report has a version of it, else musl', async () => {
    report({ glibcVersionRuntime: '2.28' });
    expect(await fresh()).toEqual({ family: 'glibc', version: '2.28' });
    report({});
    expect(await fresh()).toEqual({ family: 'musl' });
  });

  test('is unknown where there is no report', async () => {
    vi.spyOn(process.report, 'getReport').mockImplementation(() => {
      throw new Error('not here');
    });
    expect(await fresh()).toBeUndefined();
  });

  test('is asked for without a look at the network, and the setting is put back', async () => {
    const settings = process.report as unknown as { excludeNetwork: boolean };
    const before = settings.excludeNetwork;
    let during: boolean | undefined;
    vi.spyOn(process.report, 'getReport').mockImplementation(() => {
      during = settings.excludeNetwork;
      return {};
    });
    await fresh();
    expect(during).toBe(true);
    expect(settings.excludeNetwork).toBe(before);
  });

  test.skipIf(noAddon)('is not asked for where the own build serves', () => {
    const spy = vi.spyOn(process.report, 'getReport');
    put(OWN, real());
    put(prebuilt('.glibc'), real());
    load.probeNative(root);
    expect(spy).not.toHaveBeenCalled();
  });
});
