import type * as Fs from 'node:fs/promises';

/** Called before each operation on the disk; what it throws, the operation throws, and it waits as long as this does. */
export interface Stage {
  before: (operation: string) => Promise<void>;
  /** Files that are open. */
  readonly handles: Set<Fs.FileHandle>;
}

const OF_HANDLES = new Set(['writeFile', 'sync', 'stat', 'read', 'close']);

/** `node:fs/promises` with every operation announced to a stage, those on open files too. */
export function stagedFs(fs: typeof Fs, stage: Stage): typeof Fs {
  const announced = (name: string, operation: (...args: unknown[]) => Promise<unknown>) => {
    return async (...args: unknown[]) => {
      await stage.before(name);
      const result = await operation(...args);
      if (name !== 'open') return result;
      stage.handles.add(result as Fs.FileHandle);
      return stagedHandle(result as Fs.FileHandle, stage);
    };
  };
  const entries = Object.entries(fs).map(([name, value]) => [
    name,
    typeof value === 'function' ? announced(name, value as never) : value,
  ]);
  return Object.fromEntries(entries) as typeof Fs;
}

function stagedHandle(handle: Fs.FileHandle, stage: Stage): Fs.FileHandle {
  return new Proxy(handle, {
    get(target, name: string) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      if (!OF_HANDLES.has(name)) return value.bind(target);
      return async (...args: unknown[]) => {
        const failure: unknown = await stage.before(`handle.${name}`).catch((error: unknown) => error);
        // A close that fails has given the number of the file back all the same.
        if (failure !== undefined && name !== 'close') throw failure;
        const result: unknown = await value.apply(target, args);
        if (name === 'close') stage.handles.delete(target);
        if (failure !== undefined) throw failure;
        return result;
      };
    },
  });
}
