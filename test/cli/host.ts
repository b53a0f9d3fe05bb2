import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { BackendName } from '../../src/backend/backend.ts';
import { loadBackend } from '../../src/backend/load.ts';
import { Random } from '../../src/base/random.ts';
import type { Host } from '../../src/cli/command.ts';
import { run } from '../../src/cli/run.ts';

/** What a command did. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The example data of the repository. */
export const data = (name: string) => fileURLToPath(new URL(`../../examples/data/${name}`, import.meta.url));

/** Backends that this machine has. */
export const backends: readonly BackendName[] = (['native', 'typescript'] as const).filter((name) => {
  try {
    return loadBackend(name).name === name;
  } catch {
    return false;
  }
});

/** A folder of its own, with `files` in it, removed when the test is over. */
export function folder(files: Readonly<Record<string, string>> = {}): string {
  const path = mkdtempSync(join(tmpdir(), 'glia-cli-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(path, name), text);
  return path;
}

/** Runs the command line in `cwd`. */
export async function glia(
  cwd: string,
  argv: readonly string[],
  host: Partial<Host> & { readonly terminal?: boolean } = {},
): Promise<Ran> {
  const { terminal = false, ...rest } = host;
  const texts = { stdout: '', stderr: '' };
  const stream = (name: 'stdout' | 'stderr') => ({
    isTTY: terminal,
    write: (text: string) => {
      texts[name] += text;
    },
  });
  const code = await run(argv, {
    stdout: stream('stdout'),
    stderr: stream('stderr'),
    cwd,
    env: {},
    interruptible: (work) => work(new AbortController().signal),
    ...rest,
  });
  return { code, ...texts };
}

/** A CSV from rows. */
export function csv(header: string, rows: readonly (readonly (string | number)[])[]): string {
  return `${[header, ...rows.map((row) => row.join(','))].join('\n')}\n`;
}

/** 120 points on a line: `y = 3·a - 2·b + 10`, with a column of words that adds 5. */
export function line(): string {
  const random = Random.of(1, 'line');
  const rows = Array.from({ length: 120 }, (_, i) => {
    const a = random.uniform();
    const b = random.uniform();
    return [a, b, i % 2 === 0 ? 'low' : 'high', 3 * a - 2 * b + 10 + (i % 2) * 5];
  });
  return csv('a,b,level,y', rows);
}

/** 90 points of three classes around (0, 0), (3, 0) and (0, 3). */
export function clouds(): string {
  const random = Random.of(2, 'clouds');
  const rows = Array.from({ length: 90 }, (_, i) => {
    const kind = i % 3;
    return [
      random.uniform() + (kind === 1 ? 3 : 0),
      random.uniform() + (kind === 2 ? 3 : 0),
      ['ash', 'birch', 'cedar'][kind]!,
    ];
  });
  return csv('x,y,tree', rows);
}
