import { join } from 'node:path';
import { cutOff } from './elf.ts';
import { hasLibcs, type Libc, libc, platform } from './platform.ts';

/** A file that may be an addon for this machine. */
export interface Candidate {
  /** Below the package's folder. */
  readonly file: string;
  readonly path: string;
  /** The only C library that it loads with. */
  readonly family?: Libc['family'];
}

/** Why a candidate does not serve. */
export interface Refusal {
  readonly file: string;
  readonly why: string;
  /** Code of the error that said so, such as `ENOENT`. */
  readonly code?: string | undefined;
}

/** Addons in the order in which they are tried: the one built here, then those that come with the package. */
export function candidates(root: string): Candidate[] {
  const at = (file: string): Candidate => ({ file, path: join(root, file) });
  const prebuilt = (name: string) => at(join('prebuilds', platform(), name));
  const ofLibcs: Candidate[] = hasLibcs()
    ? [
        { ...prebuilt('glia.glibc.node'), family: 'glibc' },
        { ...prebuilt('glia.musl.node'), family: 'musl' },
      ]
    : [];
  return [at(join('build', 'Release', 'glia.node')), ...ofLibcs, prebuilt('glia.node')];
}

/** Why a candidate is not worth loading, or would take the process down; undefined when loading it has to show. */
export function refuse({ file, path, family }: Candidate): Refusal | undefined {
  try {
    const why = cutOff(path) ?? (family === undefined ? undefined : otherLibc(family));
    return why === undefined ? undefined : { file, why };
  } catch (error) {
    return refusalOf(file, error);
  }
}

function otherLibc(family: Libc['family']): string | undefined {
  const own = libc()?.family ?? family;
  return own === family ? undefined : `it is for ${family}, and this node runs on ${own}`;
}

/** What codes mean; the messages of other errors say it themselves. */
const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'not there',
  ERR_ACCESS_DENIED: 'node may not read it',
  ERR_DLOPEN_DISABLED: 'node may not load addons',
};

/** What an error says about the file that it came from. */
export function refusalOf(file: string, error: unknown): Refusal {
  const { code, message } = error as NodeJS.ErrnoException;
  const words = code === undefined ? undefined : WORDS[code];
  if (words !== undefined) return { file, why: words, code };
  // The system's loader begins with the whole path, which stands before it anyway.
  const [line = ''] = message.split('\n', 1);
  const start = line.indexOf(`${file}: `);
  return { file, why: start < 0 ? line : line.slice(start + file.length + 2), code };
}
