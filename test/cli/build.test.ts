import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { buildIn } from '../../src/cli/build.ts';
import { Output } from '../../src/cli/output.ts';
import { folder } from './host.ts';

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A package whose build is the script given. */
function sources(script: string): string {
  const root = folder();
  for (const [file, text] of [
    ['scripts/native-build.mjs', script],
    ['scripts/setup/toolchain.mjs', readFileSync('scripts/setup/toolchain.mjs', 'utf8')],
  ] as const) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return root;
}

/** Only the programs named can be found. */
function path(...programs: string[]): void {
  const bin = folder(Object.fromEntries(programs.map((name) => [name, ''])));
  for (const name of programs) chmodSync(join(bin, name), 0o755);
  vi.stubEnv('PATH', bin);
}

const TOOLS = ['cmake', 'ninja', 'c++'];

/** Builds; what was said, and the message of the error if there was one. */
async function build(root: string, signal = new AbortController().signal) {
  let said = '';
  const err = new Output({ write: (text) => (said += text) }, {});
  const result = await buildIn(root, err, signal).catch((error: Error & { code: string }) => error);
  return { said, result };
}

test('a build passes on what it says, and leaves the result in build', async () => {
  path(...TOOLS);
  const root = sources(`
    import { writeFileSync } from 'node:fs';
    console.log('compiling');
    console.error('linking');
    writeFileSync('build/Release/glia.node', '');`);
  const { said, result } = await build(root);
  expect(result).toBe('built');
  expect(said).toContain('compiling\n');
  expect(said).toContain('linking\n');
  expect(existsSync(join(root, 'build/Release/glia.node'))).toBe(true);
});

describe('a build says what stands in its way', () => {
  test('tools that are missing, with the command of this system that brings them', async () => {
    path('ninja', 'apk');
    vi.spyOn(process, 'getuid').mockReturnValue(1000);
    const { said, result } = await build(sources('process.exit(0)'));
    expect(result).toMatchObject({ code: 'ERR_GLIA_BACKEND' });
    expect((result as Error).message).toBe(
      'missing: cmake, g++. To get it: sudo apk add g++ make cmake openblas-dev',
    );
    expect(said).toBe('');
  });

  test('OpenBLAS, when CMake does not find it', async () => {
    path(...TOOLS, 'dnf');
    const words = readFileSync('CMakeLists.txt', 'utf8').match(/OpenBLAS was not found[^"]*/)![0];
    const { result } = await build(sources(`console.error(${JSON.stringify(words)}); process.exit(1)`));
    expect((result as Error).message).toMatch(
      /^missing: OpenBLAS\. To get it: .*dnf install .*openblas-devel$/,
    );
  });

  test.each([
    ['one\na.cc:1: error: no such thing\nstopped', 'a.cc:1: error: no such thing'],
    [
      'one\nCMake Error at CMakeLists.txt:20 (message):\n  The headers are missing\n',
      'The headers are missing',
    ],
    ['it stopped', 'it stopped'],
    ['', 'no reason was given'],
  ])('sources that do not compile, by the line that says so in %j', async (words, line) => {
    path(...TOOLS);
    const script = `process.stderr.write(${JSON.stringify(words)}, () => process.exit(1))`;
    const { result } = await build(sources(script));
    expect(result).toMatchObject({ code: 'ERR_GLIA_BACKEND' });
    expect((result as Error).message).toContain(`could not be built: ${line}\n`);
  });

  test('a folder that cannot be written', async () => {
    path(...TOOLS);
    const root = sources('process.exit(0)');
    // Even root, who may write everywhere, cannot make a folder in a file.
    writeFileSync(join(root, 'build'), '');
    const { result } = await build(root);
    expect(result).toMatchObject({ code: 'ERR_GLIA_FILE' });
    expect((result as Error).message).toMatch(/cannot be written\n {2}at +\S+\n {2}hint +build as the user/);
  });

  test('a package without sources', async () => {
    const { result } = await build(folder());
    expect(result).toMatchObject({ code: 'ERR_GLIA_FILE' });
    expect((result as Error).message).toContain('there is nothing to build from');
  });
});

test('a build that is interrupted ends', async () => {
  path(...TOOLS);
  const stop = new AbortController();
  const root = sources(`setTimeout(() => {}, 60_000); console.log('under way')`);
  let heard = '';
  const err = new Output(
    {
      write: (text) => {
        heard += text;
        stop.abort();
      },
    },
    {},
  );
  expect(await buildIn(root, err, stop.signal)).toBe('interrupted');
  expect(heard).toBe('under way\n');
});
