import { appendFile, stat, writeFile } from 'node:fs/promises';
import { describe } from '../base/describe.ts';
import { FileError, OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import type { Callback, Run } from './callback.ts';

/**
 * Writes a CSV file with a line an epoch: epoch, learning rate, loss, metrics. The file is begun anew by each run
 * unless `append` is set.
 *
 * @throws {FileError} when the file cannot be written; the run then ends.
 * @example
 * await net.fit(x, y, { loss: 'mse', callbacks: [csvLog('run.csv')] });
 */
export function csvLog(path: string, options: { readonly append?: boolean } = {}): Callback {
  const { append = false } = checkOptions('csvLog', options, ['append']);
  if (typeof path !== 'string')
    throw new OptionError(`csvLog: the path must be a string, got ${describe(path)}`);
  let names: readonly string[] = [];
  const write = async (action: Promise<void>): Promise<void> => {
    try {
      await action;
    } catch (cause) {
      throw new FileError(`csvLog: cannot write: ${(cause as Error).message}`, { at: path }, cause);
    }
  };
  return {
    name: 'csvLog',
    async onBegin(run: Run) {
      names = ['epoch', 'learningRate', ...run.logged];
      const header = `${names.join(',')}\n`;
      if (!append) await write(writeFile(path, header));
      else if (await isEmpty(path)) await write(appendFile(path, header));
    },
    onEpoch: ({ logs }) => write(appendFile(path, `${names.map((name) => logs[name] ?? '').join(',')}\n`)),
  };
}

async function isEmpty(path: string): Promise<boolean> {
  try {
    return (await stat(path)).size === 0;
  } catch {
    // Where there is no file there is nothing in it; any other trouble shows when it is written.
    return true;
  }
}
