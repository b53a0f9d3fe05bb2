// What a prebuilt addon is called. src/backend/load.ts looks for these names.
import { platform } from 'node:process';

/** The C library of this machine's Node.js; none but Linux has a choice. */
export const libc = platform !== 'linux' ? undefined : glibcVersion() === undefined ? 'musl' : 'glibc';

/** The file for a platform, from the root of the project. */
export function fileOf(platform, arch, libc) {
  return `prebuilds/${platform}-${arch}/${['glia', libc, 'node'].filter(Boolean).join('.')}`;
}

/** Version of the glibc that this process runs on, such as 2.36. */
export function glibcVersion() {
  return process.report.getReport().header.glibcVersionRuntime;
}
