// npm run test:workers: 200 workers on each backend. The exit code is not 0 where a process did not live through it.
import { spawnSync } from 'node:child_process';
import { env, execPath, exit } from 'node:process';
import { fileURLToPath } from 'node:url';

const main = fileURLToPath(new URL('./main.mjs', import.meta.url));
let failed = 0;
for (const backend of ['native', 'typescript']) {
  const { status, signal } = spawnSync(execPath, [main, '200', '1'], {
    env: { ...env, GLIA_BACKEND: backend },
    stdio: 'inherit',
  });
  console.log(`${backend}: ${status === 0 ? 'ok' : `FAILED, ${signal ?? `exit code ${status}`}`}`);
  if (status !== 0) failed++;
}
exit(failed);
