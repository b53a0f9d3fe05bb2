import { readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Random } from '../../src/base/random.ts';
import type * as Replace from '../../src/io/replace.ts';
import { contents, lay, model, rejection, temporaryFolder } from './folders.ts';
import type { Stage } from './staged-fs.ts';

const stage = vi.hoisted((): Stage => ({ before: async () => {}, handles: new Set() }));

vi.mock('node:fs/promises', async (importOriginal) => {
  const { stagedFs } = await import('./staged-fs.ts');
  return stagedFs(await importOriginal(), stage);
});

// No system gives this number to a process, so what carries it is of a process that is gone.
const GONE = 2 ** 30;

/** The module as another process would have it, with nothing in common but the disk. */
async function freshProcess(): Promise<typeof Replace> {
  vi.resetModules();
  return await import('../../src/io/replace.ts');
}

const calm = async () => {};

beforeEach(() => {
  stage.before = calm;
});

afterEach(async () => {
  vi.restoreAllMocks();
  // What processes that died had open.
  for (const handle of stage.handles) await handle.close();
  stage.handles.clear();
});

/** What `readFolder` finds, by a process that starts now. */
async function seen(path: string): Promise<Record<string, string> | undefined> {
  const { readFolder } = await freshProcess();
  try {
    return await readFolder(path, async (read) => ({
      'model.json': Buffer.from(await read('model.json', 1000)).toString(),
      'weights.safetensors': Buffer.from(await read('weights.safetensors', 1000)).toString(),
    }));
  } catch (error) {
    if (String(error).includes('there is no such folder')) return undefined;
    throw error;
  }
}

/** Runs `save` with trouble before its k-th operation, for k = 1, 2, … until it has fewer than k. */
async function atEveryOperation(
  trouble: (k: number, operation: string) => Promise<void>,
  save: (k: number, reached: () => boolean) => Promise<void>,
): Promise<number> {
  for (let k = 1; ; k++) {
    let count = 0;
    stage.before = async (operation) => {
      if (++count >= k) await trouble(count - k, operation);
    };
    await save(k, () => count >= k);
    const reached = count >= k;
    stage.before = calm;
    if (!reached) return k - 1;
  }
}

const systemError = (code: string) => Object.assign(new Error(`${code}: injected`), { code });

describe.each(['an old folder', 'nothing'])('over %s', (before) => {
  const old = before === 'nothing' ? undefined : model('old');
  const start = () => {
    const parent = temporaryFolder();
    if (old !== undefined) lay(join(parent, 'net.glia'), old);
    return { parent, path: join(parent, 'net.glia') };
  };

  test.each(['ENOSPC', 'EACCES'])(
    'one %s at any operation: the old folder or the new one, and no rest',
    async (code) => {
      const { replaceFolder } = await freshProcess();
      const operations = await atEveryOperation(
        async (later) => {
          if (later === 0) throw systemError(code);
        },
        async (k, reached) => {
          const { parent, path } = start();
          const error = await replaceFolder(path, model(k)).then(
            () => undefined,
            (reason: unknown) => reason,
          );
          stage.before = calm;
          const now = contents(path);
          if (error === undefined) {
            expect(now).toEqual(model(k));
          } else {
            expect(reached()).toBe(true);
            expect(error).toMatchObject({ name: 'FileError', facts: { at: path, code }, cause: { code } });
            expect([old, model(k)]).toContainEqual(now);
          }
          // After the switch, only the sync of the folder above can fail. The old folder then stays beside the new one, and
          // so it does when it cannot be removed.
          const rests = readdirSync(parent).filter((name) => name !== 'net.glia');
          expect(rests.length).toBeLessThanOrEqual(now?.['model.json'] === model(k)['model.json'] ? 1 : 0);
          await replaceFolder(path, model('next'));
          expect(contents(path)).toEqual(model('next'));
        },
      );
      expect(operations).toBeGreaterThan(15);
    },
  );

  test('a disk that fails from any operation on: the old folder or the new one', async () => {
    await atEveryOperation(
      async () => {
        throw systemError('EIO');
      },
      async (k) => {
        const { path } = start();
        const { replaceFolder } = await freshProcess();
        await replaceFolder(path, model(k)).catch(() => undefined);
        stage.before = calm;
        expect([old, model(k)]).toContainEqual(await seen(path));
        await replaceFolder(path, model('next'));
        expect(contents(path)).toEqual(model('next'));
      },
    );
  });

  test('a process that dies at any operation: the old folder or the new one, and the next save tidies up', async () => {
    const operations = await atEveryOperation(
      () => new Promise(() => {}),
      async (k, reached) => {
        const { parent, path } = start();
        const { replaceFolder } = await freshProcess();
        const pid = vi.spyOn(process, 'pid', 'get').mockReturnValue(GONE);
        const save = replaceFolder(path, model(k));
        await Promise.race([
          save,
          vi.waitUntil(reached, { timeout: 10_000, interval: 1 }).catch(() => undefined),
        ]);
        pid.mockRestore();
        stage.before = calm;
        expect([old, model(k)]).toContainEqual(await seen(path));

        const next = await freshProcess();
        await next.replaceFolder(path, model('next'));
        expect(contents(path)).toEqual(model('next'));
        expect(readdirSync(parent)).toEqual([basename(path)]);
      },
    );
    expect(operations).toBeGreaterThan(15);
  });
});

/**
 * Lets operations happen one at a time in an order that follows from the seed.
 *
 * @returns what the calls came to.
 */
async function interleaved(
  seed: number,
  calls: readonly (() => Promise<unknown>)[],
): Promise<PromiseSettledResult<unknown>[]> {
  const random = Random.of(seed, 'order');
  const waiting: (() => void)[] = [];
  stage.before = () => new Promise((go) => waiting.push(go));
  let active = calls.length;
  const results = Promise.allSettled(calls.map((call) => call().finally(() => active--)));
  while (active > 0) {
    // Each call does one operation after the other, so all that are not done come here.
    while (waiting.length < active) await new Promise((resolve) => setImmediate(resolve));
    if (active > 0) waiting.splice(random.integer(waiting.length), 1)[0]!();
  }
  stage.before = calm;
  return results;
}

test('saves and reads of several processes, in many orders: each read sees one save, the last is whole', async () => {
  for (let seed = 0; seed < 40; seed++) {
    const parent = temporaryFolder();
    const path = lay(join(parent, 'net.glia'), model(0));
    // An old folder that is moved aside for a moment looks to other processes like the rest of a crash.
    if (seed % 2 === 0) utimesSync(path, 1e9, 1e9);
    const writers = [await freshProcess(), await freshProcess(), await freshProcess()];
    const reader = await freshProcess();
    const read = () =>
      reader.readFolder(path, async (file) => [
        await file('model.json', 1000),
        await file('weights.safetensors', 1000),
      ]);
    const results = await interleaved(seed, [
      ...writers.map(
        ({ replaceFolder }, i) =>
          () =>
            replaceFolder(path, model(i + 1)),
      ),
      read,
      read,
    ]);
    const versions = [0, 1, 2, 3].map((i) => Object.values(model(i)));
    for (const result of results.slice(3)) {
      expect(result.status).toBe('fulfilled');
      const value = result.status === 'fulfilled' ? (result.value as Uint8Array[]) : [];
      expect(versions).toContainEqual(value.map((bytes) => Buffer.from(bytes).toString()));
    }
    for (const result of results.slice(0, 3))
      expect(result).toEqual({ status: 'fulfilled', value: undefined });
    expect([1, 2, 3].map(model)).toContainEqual(contents(path));
    expect(readdirSync(parent)).toEqual(['net.glia']);
  }
});

test('a folder that cannot be moved back is named in the error', async () => {
  const parent = temporaryFolder();
  const path = lay(join(parent, 'net.glia'), model('old'));
  const { replaceFolder, readFolderFile } = await freshProcess();
  let renames = 0;
  stage.before = async (operation) => {
    if (operation === 'rename' && ++renames > 1) throw systemError('EIO');
  };
  const error = (await rejection(replaceFolder(path, model('new')))) as { facts: { old: string } };
  stage.before = calm;
  expect(contents(error.facts.old)).toEqual(model('old'));
  expect(Buffer.from(await readFolderFile(path, 'model.json', 1000)).toString()).toBe(
    model('old')['model.json'],
  );
});

test('files and their folder are synced before the switch, the folder above after it, and the old one goes last', async () => {
  const path = lay(join(temporaryFolder(), 'net.glia'), model('old'));
  const { replaceFolder } = await freshProcess();
  const operations: string[] = [];
  stage.before = async (operation) => {
    if (/open|sync|rename|rm/.test(operation)) operations.push(operation.replace('handle.', ''));
  };
  await replaceFolder(path, model('new'));
  const synced = ['open', 'sync'];
  expect(operations).toEqual([...synced, ...synced, ...synced, 'rename', 'rename', ...synced, 'rm']);
});

test('a file that comes into the folder while the new one is written is not lost', async () => {
  const path = lay(join(temporaryFolder(), 'net.glia'), model('old'));
  const { replaceFolder } = await freshProcess();
  stage.before = async (operation) => {
    if (operation === 'handle.sync') writeFileSync(join(path, 'notes.txt'), 'mine');
  };
  await expect(replaceFolder(path, model('new'))).rejects.toThrow(/found +notes.txt/);
  expect(contents(path)).toEqual({ ...model('old'), 'notes.txt': 'mine' });
});

test('what a crash left aside stays until something stands at the path', async () => {
  const parent = temporaryFolder();
  const path = join(parent, 'net.glia');
  const old = lay(join(parent, `.net.glia.old-${GONE}-00000000-000000000000`), model('old'));
  utimesSync(old, 1e9, 1e9);
  const { replaceFolder } = await freshProcess();
  stage.before = async (operation) => {
    if (operation === 'rename') throw systemError('EIO');
  };
  await expect(replaceFolder(path, model('new'))).rejects.toMatchObject({ facts: { code: 'EIO' } });
  stage.before = calm;
  expect(await seen(path)).toEqual(model('old'));
  expect(readdirSync(parent)).toEqual([basename(old)]);
});

test('a save between the two renames of another, which takes the old folder for the rest of a crash', async () => {
  const parent = temporaryFolder();
  const path = lay(join(parent, 'net.glia'), model('old'));
  utimesSync(path, 1e9, 1e9);
  const first = await freshProcess();
  const second = await freshProcess();
  let renames = 0;
  stage.before = async (operation) => {
    if (operation !== 'rename' || ++renames !== 2) return;
    stage.before = calm;
    await second.replaceFolder(path, model('second'));
    expect(contents(path)).toEqual(model('second'));
  };
  await first.replaceFolder(path, model('first'));
  expect(renames).toBe(2);
  expect(contents(path)).toEqual(model('first'));
  expect(readdirSync(parent)).toEqual(['net.glia']);
});
