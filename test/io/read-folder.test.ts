import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FileError, OptionError } from '../../src/base/errors.ts';
import { temporaryName } from '../../src/io/leftovers.ts';
import { readFolder, readFolderFile, replaceFolder } from '../../src/io/replace.ts';
import { contents, lay, model, rejection, temporaryFolder } from './folders.ts';

const windows = process.platform === 'win32';
const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe('readFolderFile', () => {
  test('reads a file up to the limit, in memory of its own', async () => {
    const path = lay(join(temporaryFolder(), 'net.glia'), { 'model.json': '{"a":1}', empty: '' });
    const bytes = await readFolderFile(path, 'model.json', 7);
    expect(text(bytes)).toBe('{"a":1}');
    expect(bytes.byteOffset).toBe(0);
    expect(bytes.buffer.byteLength).toBe(7);
    expect((await readFolderFile(path, 'empty', 0)).length).toBe(0);
  });

  test('refuses a larger file before it takes memory', async () => {
    const path = lay(join(temporaryFolder(), 'net.glia'), { big: '' });
    truncateSync(join(path, 'big'), 2 ** 40);
    const error = await rejection(readFolderFile(path, 'big', 2 ** 32));
    expect(error).toBeInstanceOf(FileError);
    expect(String(error)).toMatch(/too large.*at +.*big.*at most 4294967296 bytes.*1099511627776 bytes/s);
  });

  test('names what is missing', async () => {
    const parent = temporaryFolder();
    const path = lay(join(parent, 'net.glia'), {});
    expect(await rejection(readFolderFile(path, 'model.json', 9))).toMatchObject({
      name: 'FileError',
      facts: { at: join(path, 'model.json'), code: 'ENOENT' },
      cause: { code: 'ENOENT' },
    });
    for (const missing of [join(parent, 'nothing'), join(parent, 'nor', 'this')]) {
      const error = await rejection(readFolderFile(missing, 'model.json', 9));
      expect(error).toBeInstanceOf(FileError);
      expect(String(error)).toMatch(/there is no such folder/);
      expect(String(error)).toContain(missing);
    }
  });

  test('refuses a file in place of the folder, and a folder in place of the file', async () => {
    const parent = lay(temporaryFolder(), { file: 'x' });
    mkdirSync(join(parent, 'folder'));
    await expect(readFolderFile(join(parent, 'file'), 'model.json', 9)).rejects.toThrow(/not a folder/);
    await expect(readFolderFile(join(parent, 'file', 'x'), 'model.json', 9)).rejects.toThrow(FileError);
    await expect(readFolderFile(parent, 'folder', 9)).rejects.toThrow(/not a regular file/);
  });

  test.each(['', '.', '..', '../secret', '/etc/passwd', 'a/../../secret', '..\\secret', 'a\0b', 'C:x'])(
    'does not leave the folder by the name %j',
    async (name) => {
      const parent = lay(temporaryFolder(), { secret: 'mine' });
      const path = lay(join(parent, 'net.glia'), model(1));
      await expect(readFolderFile(path, name, 100)).rejects.toThrow(/not the name of a file in the folder/);
    },
  );

  test.skipIf(windows)('follows a link to the folder, but none in it', async () => {
    const parent = lay(temporaryFolder(), { secret: 'mine' });
    const path = lay(join(parent, 'net.glia'), model(1));
    symlinkSync('net.glia', join(parent, 'latest'));
    symlinkSync('../secret', join(path, 'notes'));
    expect(text(await readFolderFile(join(parent, 'latest'), 'model.json', 100))).toBe(
      model(1)['model.json'],
    );
    await expect(readFolderFile(path, 'notes', 100)).rejects.toThrow(FileError);
  });

  test.skipIf(windows)('does not wait for a pipe', async () => {
    const path = lay(join(temporaryFolder(), 'net.glia'), {});
    execFileSync('mkfifo', [join(path, 'model.json')]);
    await expect(readFolderFile(path, 'model.json', 100)).rejects.toThrow(/not a regular file/);
  });

  test('takes no other paths', async () => {
    for (const path of ['', undefined, 3]) {
      await expect(readFolderFile(path as string, 'model.json', 9)).rejects.toThrow(OptionError);
    }
  });
});

describe('readFolder', () => {
  test('starts again when the folder is replaced between two files', async () => {
    const path = lay(join(temporaryFolder(), 'net.glia'), model(1));
    let calls = 0;
    const read = await readFolder(path, async (file) => {
      const config = text(await file('model.json', 1000));
      if (calls++ === 0) await replaceFolder(path, model(2));
      return { 'model.json': config, 'weights.safetensors': text(await file('weights.safetensors', 1000)) };
    });
    expect(read).toEqual(model(2));
    expect(calls).toBe(2);
  });

  test('starts again when an error may come from a folder that was replaced', async () => {
    const path = lay(join(temporaryFolder(), 'net.glia'), { ...model(1), 'model.json': 'old.safetensors' });
    writeFileSync(join(path, 'old.safetensors'), 'old');
    const files = { 'model.json': 'new.safetensors', 'new.safetensors': 'new' };
    let calls = 0;
    const read = await readFolder(path, async (file) => {
      const name = text(await file('model.json', 1000));
      if (calls++ === 0) await replaceFolder(path, files);
      return text(await file(name, 1000));
    });
    expect(read).toBe('new');
  });

  test('gives up on a folder that changes under every attempt', async () => {
    const path = lay(join(temporaryFolder(), 'net.glia'), model(0));
    let version = 0;
    const reading = readFolder(path, () => replaceFolder(path, model(++version)));
    await expect(reading).rejects.toThrow(/replaced faster than it can be read/);
    expect(contents(path)).toEqual(model(version));
  });

  test('passes on what its reader throws', async () => {
    const path = lay(join(temporaryFolder(), 'net.glia'), model(1));
    const problem = new RangeError('not this model');
    const reading = readFolder(path, async () => {
      throw problem;
    });
    expect(await rejection(reading)).toBe(problem);
  });

  test('reads what stood there when a crash left it aside', async () => {
    const parent = temporaryFolder();
    const path = lay(join(parent, 'net.glia'), model(1));
    const aside = temporaryName(path, 'old');
    lay(temporaryName(path, 'new'), model('half'));
    renameSync(path, aside);
    if (!windows) symlinkSync('net.glia', join(parent, 'latest'));
    for (const name of windows ? ['net.glia'] : ['net.glia', 'latest']) {
      expect(text(await readFolderFile(join(parent, name), 'model.json', 1000))).toBe(model(1)['model.json']);
    }
    expect(contents(aside)).toEqual(model(1));
  });
});
