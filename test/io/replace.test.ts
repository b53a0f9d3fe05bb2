import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { FileError, OptionError } from '../../src/base/errors.ts';
import { temporaryName } from '../../src/io/leftovers.ts';
import { replaceFile, replaceFolder } from '../../src/io/replace.ts';
import { contents, lay, model, rejection, temporaryFolder } from './folders.ts';

const windows = process.platform === 'win32';

afterEach(() => {
  vi.restoreAllMocks();
});

describe('replaceFolder', () => {
  test('writes text, bytes and pieces, into folders that it makes', async () => {
    const path = join(temporaryFolder(), 'runs', 'today', 'net.glia');
    const pieces = [Buffer.from('wei'), new Uint8Array(), Buffer.from('ghts')];
    await replaceFolder(path, {
      'model.json': '{"é":1}',
      'weights.safetensors': pieces,
      empty: new Uint8Array(),
    });
    expect(contents(path)).toEqual({ 'model.json': '{"é":1}', 'weights.safetensors': 'weights', empty: '' });
    expect(readdirSync(dirname(path))).toEqual(['net.glia']);
  });

  test('takes a URL, a path with a slash at its end, and names of other scripts', async () => {
    const parent = temporaryFolder();
    await replaceFolder(pathToFileURL(join(parent, 'ä b')), model(1));
    await replaceFolder(`${join(parent, 'ä b')}/`, model(2));
    expect(contents(join(parent, 'ä b'))).toEqual(model(2));
    expect(readdirSync(parent)).toEqual(['ä b']);
  });

  test('replaces all files of the old folder, those that are not written again too', async () => {
    const path = lay(join(temporaryFolder(), 'net.glia'), {
      ...model(1),
      'adam.safetensors': '',
      'state.json': '',
      '.DS_Store': '',
    });
    await replaceFolder(path, model(2), { known: ['state.json'] });
    expect(contents(path)).toEqual(model(2));
  });

  test('fills an empty folder', async () => {
    const path = lay(join(temporaryFolder(), 'net.glia'), {});
    await replaceFolder(path, model(1));
    expect(contents(path)).toEqual(model(1));
  });

  test.each<[string, Record<string, string>, RegExp]>([
    ['sources', { 'index.ts': '', 'app.ts': '' }, /found +(index.ts|app.ts), /],
    ['weights alone', { 'weights.safetensors': '' }, /found +weights.safetensors/],
    ['notes beside a model', { ...model(1), 'notes.txt': 'mine' }, /found +notes.txt/],
    ['hidden files', { ...model(1), '.env': '' }, /found +.env/],
  ])('refuses a folder with %s, and leaves it as it is', async (_, files, message) => {
    const path = lay(join(temporaryFolder(), 'src'), files);
    const error = await rejection(replaceFolder(path, model(2)));
    expect(error).toBeInstanceOf(FileError);
    expect(String(error)).toMatch(/nothing was written: the folder holds files that glia did not write/);
    expect(String(error)).toMatch(message);
    expect(String(error)).toMatch(/hint +choose another path/);
    expect(contents(path)).toEqual(files);
    expect(readdirSync(dirname(path))).toEqual(['src']);
  });

  test('refuses a model with a folder in it, whatever its name', async () => {
    const path = lay(join(temporaryFolder(), 'net.glia'), model(1));
    lay(join(path, 'old.safetensors'), { 'notes.txt': 'mine' });
    await expect(replaceFolder(path, model(2))).rejects.toThrow(/did not write[\s\S]+old.safetensors/);
    expect(existsSync(join(path, 'old.safetensors/notes.txt'))).toBe(true);
  });

  test('refuses the working directory and folders above it', async () => {
    const path = lay(join(realpathSync(temporaryFolder()), 'net.glia'), model(1));
    vi.spyOn(process, 'cwd').mockReturnValue(path);
    for (const place of ['.', path, './', '..', '/']) {
      await expect(replaceFolder(place, model(2))).rejects.toThrow(FileError);
    }
    await expect(replaceFolder('.', model(2))).rejects.toThrow(/working directory/);
    expect(contents(path)).toEqual(model(1));
  });

  test('refuses a file at the path or on the way to it', async () => {
    const parent = lay(temporaryFolder(), { file: 'mine' });
    const at = await rejection(replaceFolder(join(parent, 'file'), model(1)));
    expect(at).toMatchObject({ name: 'FileError', facts: { hint: expect.any(String) } });
    const below = await rejection(replaceFolder(join(parent, 'file', 'net.glia'), model(1)));
    expect(below).toMatchObject({ name: 'FileError', code: 'ERR_GLIA_FILE', cause: { code: 'ENOTDIR' } });
    expect(String(below)).toMatch(/a part of the path is a file/);
    expect(contents(parent)).toEqual({ file: 'mine' });
  });

  test.skipIf(windows)(
    'gives a FileError for a folder that may not be written to, and leaves it as it is',
    async () => {
      const parent = temporaryFolder();
      const path = lay(join(parent, 'net.glia'), model(1));
      chmodSync(parent, 0o555);
      // To root every folder is open.
      const root = process.getuid?.() === 0;
      if (root) process.seteuid?.(65534);
      try {
        const error = await rejection(replaceFolder(path, model(2)));
        expect(error).toMatchObject({
          name: 'FileError',
          facts: { at: path, code: 'EACCES' },
          cause: { code: 'EACCES' },
        });
        expect(String(error)).toMatch(/permission denied/);
      } finally {
        if (root) process.seteuid?.(0);
        chmodSync(parent, 0o755);
      }
      expect(contents(path)).toEqual(model(1));
      expect(readdirSync(parent)).toEqual(['net.glia']);
    },
  );

  test('gives a FileError for a name that the system does not take', async () => {
    const path = join(temporaryFolder(), 'n'.repeat(300));
    expect(await rejection(replaceFolder(path, model(1)))).toBeInstanceOf(FileError);
  });

  test.skipIf(windows)('follows links to the folder, even to one that is not there yet', async () => {
    const parent = temporaryFolder();
    lay(join(parent, 'run1'), model(1));
    symlinkSync('run1', join(parent, 'latest'));
    symlinkSync('run2', join(parent, 'next'));
    symlinkSync('circle', join(parent, 'circle'));
    await replaceFolder(join(parent, 'latest'), model(3));
    await replaceFolder(join(parent, 'next'), model(4));
    await expect(replaceFolder(join(parent, 'circle'), model(5))).rejects.toThrow(FileError);
    expect(contents(join(parent, 'run1'))).toEqual(model(3));
    expect(contents(join(parent, 'run2'))).toEqual(model(4));
    expect(readdirSync(parent)).toEqual(['circle', 'latest', 'next', 'run1', 'run2']);
  });

  test.skipIf(windows)('keeps the permissions of the folder', async () => {
    const path = lay(join(temporaryFolder(), 'net.glia'), model(1));
    chmodSync(path, 0o700);
    await replaceFolder(path, model(2));
    expect(statSync(path).mode & 0o777).toBe(0o700);
  });

  test('saves to one path take turns: the last call stays, none is mixed', async () => {
    const path = join(temporaryFolder(), 'net.glia');
    const versions = Array.from({ length: 20 }, (_, i) => i);
    await Promise.all(versions.map((version) => replaceFolder(path, model(version))));
    expect(contents(path)).toEqual(model(19));
    expect(readdirSync(dirname(path))).toEqual(['net.glia']);
  });

  test('a save that fails does not stop the ones after it', async () => {
    const path = join(temporaryFolder(), 'net.glia');
    const gone = new Uint8Array(8);
    const saves = [
      replaceFolder(path, model(1)),
      replaceFolder(path, { ...model(2), 'weights.safetensors': gone }),
      replaceFolder(path, model(3)),
    ];
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expect((await Promise.allSettled(saves)).map(({ status }) => status)).toEqual([
      'fulfilled',
      'rejected',
      'fulfilled',
    ]);
    expect(contents(path)).toEqual(model(3));
  });

  test.each(['', '.', '..', '../x', 'a/b', 'a\\b', 'a\0b', 'C:x'])('takes no file name %j', async (name) => {
    const path = join(temporaryFolder(), 'net.glia');
    await expect(replaceFolder(path, { ...model(1), [name]: '' })).rejects.toThrow(OptionError);
    expect(existsSync(path)).toBe(false);
  });

  test('takes no other arguments', async () => {
    const path = join(temporaryFolder(), 'net.glia');
    await expect(replaceFolder(path, { 'weights.safetensors': '' })).rejects.toThrow(
      /model.json must be among/,
    );
    await expect(replaceFolder(path, { 'model.json': 3 as never })).rejects.toThrow(OptionError);
    await expect(replaceFolder(path, { 'model.json': [3] as never })).rejects.toThrow(OptionError);
    await expect(replaceFolder(path, undefined as never)).rejects.toThrow(OptionError);
    await expect(replaceFolder(path, model(1), { knwon: [] } as never)).rejects.toThrow(
      /did you mean "known"/,
    );
    for (const place of ['', 'a\0b', undefined, 3, new URL('https://example.com/net')]) {
      await expect(replaceFolder(place as string, model(1))).rejects.toThrow(OptionError);
    }
  });
});

describe('what crashed saves left', () => {
  const NOW = new Date();
  const YESTERDAY = new Date(NOW.getTime() - 24 * 3600_000);

  /** The number of a process that is over. */
  const gone = () => spawnSync(process.execPath, ['-e', '']).pid;

  function leave(target: string, role: 'new' | 'old', pid: number, changed: Date, version: string): string {
    const name = temporaryName(target, role).replace(`-${process.pid}-`, `-${pid}-`);
    lay(name, model(version));
    utimesSync(name, changed, changed);
    return basename(name);
  }

  test('is removed when its process is gone or it is old, and only then', async () => {
    const parent = temporaryFolder();
    const target = join(parent, 'net.glia');
    leave(target, 'new', gone(), NOW, 'half');
    leave(target, 'new', process.pid, YESTERDAY, 'half');
    const alive = leave(target, 'new', process.pid, NOW, 'under way');
    const other = leave(join(parent, 'net'), 'new', gone(), NOW, 'of another path');
    const similar = ['.net.glia.new-1-2-3', '.net.glia.old', 'net.glia.new-1-00000000-000000000000'];
    for (const name of similar) lay(join(parent, name), {});
    await replaceFolder(target, model(1));
    expect(readdirSync(parent).sort()).toEqual(['net.glia', alive, other, ...similar].sort());
  });

  test('of another machine is removed only when it is old', async () => {
    const parent = temporaryFolder();
    const target = join(parent, 'net.glia');
    const foreign = `.net.glia.new-${gone()}-00000000-000000000000`;
    lay(join(parent, foreign), {});
    await replaceFolder(target, model(1));
    expect(readdirSync(parent)).toContain(foreign);
    utimesSync(join(parent, foreign), YESTERDAY, YESTERDAY);
    await replaceFolder(target, model(1));
    expect(readdirSync(parent)).toEqual(['net.glia']);
  });

  test('is put back when nothing stands at the path, the newest first, even if the save then fails', async () => {
    const parent = temporaryFolder();
    const target = join(parent, 'net.glia');
    leave(target, 'old', gone(), YESTERDAY, 'before');
    leave(target, 'old', gone(), NOW, 'last');
    leave(target, 'new', gone(), NOW, 'half');
    const lost = new Uint8Array(8);
    const save = replaceFolder(target, { ...model(1), 'weights.safetensors': lost });
    structuredClone(lost.buffer, { transfer: [lost.buffer] });
    await expect(save).rejects.toThrow(FileError);
    expect(contents(target)).toEqual(model('last'));
    expect(readdirSync(parent)).toEqual(['net.glia']);
  });
});

describe('replaceFile', () => {
  test('writes and replaces a file, its permissions kept, with nothing beside it', async () => {
    const path = join(temporaryFolder(), 'reports', 'why.html');
    await replaceFile(path, 'one');
    if (!windows) chmodSync(path, 0o640);
    await replaceFile(path, Buffer.from('two'));
    expect(readFileSync(path, 'utf8')).toBe('two');
    if (!windows) expect(statSync(path).mode & 0o777).toBe(0o640);
    await Promise.all(['3', '4', '5'].map((text) => replaceFile(path, text)));
    expect(contents(dirname(path))).toEqual({ 'why.html': '5' });
  });

  test.skipIf(windows)('replaces what a link leads to', async () => {
    const parent = lay(temporaryFolder(), { file: 'one' });
    symlinkSync('file', join(parent, 'link'));
    await replaceFile(join(parent, 'link'), 'two');
    expect(readFileSync(join(parent, 'file'), 'utf8')).toBe('two');
    expect(readdirSync(parent)).toEqual(['file', 'link']);
  });

  test('refuses a folder, a path below a file, and other content', async () => {
    const parent = lay(temporaryFolder(), { file: 'mine' });
    mkdirSync(join(parent, 'folder'));
    for (const path of [
      parent,
      join(parent, 'folder'),
      join(parent, 'file', 'x'),
      join(parent, 'n'.repeat(300)),
    ]) {
      expect(await rejection(replaceFile(path, 'x'))).toBeInstanceOf(FileError);
    }
    await expect(replaceFile(join(parent, 'file'), 3 as never)).rejects.toThrow(OptionError);
    await expect(replaceFile(undefined as never, 'x')).rejects.toThrow(OptionError);
    expect(readFileSync(join(parent, 'file'), 'utf8')).toBe('mine');
    expect(readdirSync(parent)).toEqual(['file', 'folder']);
  });

  test.skipIf(windows)('refuses to put a file in the place of a device or socket', async () => {
    const path = join(temporaryFolder(), 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(path, resolve));
    try {
      await expect(replaceFile(path, 'x')).rejects.toThrow(/something else than a file/);
      expect(statSync(path).isSocket()).toBe(true);
    } finally {
      server.close();
    }
  });

  test('leaves the old file when the new one cannot be written whole', async () => {
    const path = join(temporaryFolder(), 'file');
    writeFileSync(path, 'old');
    const gone = new Uint8Array(8);
    const detached = replaceFile(path, gone);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expect(await rejection(detached)).toBeInstanceOf(FileError);
    // Resizable memory is of ES2024, whose types are not among ours.
    const Resizable = ArrayBuffer as unknown as new (
      n: number,
      o: object,
    ) => ArrayBuffer & { resize(n: number): void };
    const memory = new Resizable(8, { maxByteLength: 8 });
    const shrunk = replaceFile(path, new Uint8Array(memory));
    memory.resize(4);
    await expect(shrunk).rejects.toThrow(/not written whole/);
    expect(contents(dirname(path))).toEqual({ file: 'old' });
  });
});
