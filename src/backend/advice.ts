import type { Refusal } from './candidates.ts';
import { platform } from './platform.ts';

/** Why no addon serves, in a line. */
export function reasonOf(root: string, tried: readonly Refusal[]): string {
  const there = tried.filter(({ code }) => code !== 'ENOENT');
  if (there.length === 0) return `no addon for ${platform()} in ${root}`;
  return `tried in ${root}: ${there.map(({ file, why }) => `${file}: ${why}`).join('; ')}`;
}

/** What to do about it. */
export function adviceOn(root: string, tried: readonly Refusal[]): string {
  const met = (code: string) => tried.some((one) => one.code === code);
  const withPermissions = process.permission !== undefined;
  if (met('ERR_DLOPEN_DISABLED')) {
    return withPermissions
      ? 'give node --allow-addons beside --permission'
      : 'node was started with --no-addons: leave it out';
  }
  if (withPermissions && met('ERR_ACCESS_DENIED')) {
    return `give node --allow-fs-read=${root}/* and --allow-addons beside --permission`;
  }
  return 'npx glia build builds the addon on this machine (it needs CMake, a C++17 compiler and OpenBLAS)';
}
