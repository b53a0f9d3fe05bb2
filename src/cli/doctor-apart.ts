import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { candidates, refuse } from '../backend/candidates.ts';
import { packageRoot } from '../base/package.ts';
import { examine } from './doctor-examine.ts';
import type { Report } from './doctor-report.ts';

/** Only there in a build: node 20 runs no TypeScript. A bundle may not know where it lies. */
function child(): string {
  return fileURLToPath(new URL('./doctor-child.js', import.meta.url));
}

const MILLISECONDS = 120_000;

/**
 * Examines the installation in a process of its own, so that an addon that crashes is a line of the report. Where there
 * can be none, as under `node --permission`, this process does it.
 */
export async function examineApart(): Promise<Report> {
  const ended = start();
  if (ended === undefined) return examine();
  try {
    return JSON.parse(ended.stdout) as Report;
  } catch {
    return examine(`node ${howIt(ended)} while it examined ${suspect()}`);
  }
}

type Ended = ReturnType<typeof run>;

function start(): Ended | undefined {
  try {
    const file = child();
    if (!existsSync(file)) return undefined;
    const ended = run(file);
    // A process that could not be started has no exit code and no signal.
    return ended.status === null && ended.signal === null ? undefined : ended;
  } catch {
    return undefined;
  }
}

function run(file: string) {
  const options = { encoding: 'utf8', timeout: MILLISECONDS } as const;
  return spawnSync(process.execPath, [...process.execArgv, file], options);
}

/** The first addon that would be loaded. */
function suspect(): string {
  return (
    candidates(packageRoot()).find((candidate) => refuse(candidate) === undefined)?.file ?? 'the installation'
  );
}

function howIt({ error, signal, status, stderr }: Ended): string {
  if ((error as NodeJS.ErrnoException | undefined)?.code === 'ETIMEDOUT') return 'did not end';
  const said = stderr.trim().split('\n').at(-1);
  return signal === null ? `ended with code ${status} (${said})` : `was ended by ${signal}`;
}
