// ES modules and CommonJS, values and types: every entry of the package, however it is asked for.
import { cpSync, mkdirSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execPath } from 'node:process';
import { at } from '../setup/project.mjs';
import { cleanEnv, run } from './command.mjs';
import { nodes } from './nodes.mjs';
import { expect } from './report.mjs';

/** Node prints this when an ES module is required: in 22.12 for packages too, later for them no more. */
const EXPECTED = 'ExperimentalWarning';

/** How TypeScript may be told to find a package, and the files that then must compile. */
const RESOLUTIONS = {
  nodenext: [
    ['--module', 'nodenext'],
    ['module.mts', 'script.cts'],
  ],
  bundler: [['--module', 'esnext', '--moduleResolution', 'bundler'], ['module.mts']],
};

export async function formats({ tarball, app: cwd, report }) {
  for (const [version, get] of nodes()) {
    await report.check(`Node ${version}: import and require give one instance`, () => {
      const args = ['--no-warnings', 'require.cjs'];
      const { entries, warnings } = JSON.parse(run(get(), args, { cwd, env: cleanEnv() }));
      expect(entries > 0 && warnings.every((name) => name === EXPECTED), `warnings: ${warnings}`);
      return [`${entries} entries`, ...warnings].join(', ');
    });
  }
  layOutTypes(cwd);
  for (const [resolution, [options, files]] of Object.entries(RESOLUTIONS)) {
    await report.check(`types resolve under ${resolution}`, () => {
      const strict = [
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        'false',
        '--target',
        'es2023',
        '--types',
        'node',
      ];
      run(execPath, [at('node_modules/typescript/bin/tsc'), ...strict, ...options, ...files], { cwd });
      return files.join(', ');
    });
  }
  await report.check('publint --strict', () => program('publint/src/cli.js', '--strict', tarball));
  await report.check('attw, for packages of ES modules alone', () =>
    program('@arethetypeswrong/cli/dist/index.js', '--profile', 'esm-only', '--format', 'ascii', tarball),
  );
}

/** The user has Node's types, as everybody who writes TypeScript for Node. */
function layOutTypes(folder) {
  cpSync(at('scripts/install/types'), folder, { recursive: true });
  for (const name of ['@types/node', 'undici-types']) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(at(`node_modules/${name}`), link);
  }
}

function program(path, ...args) {
  run(execPath, [at(`node_modules/${path}`), ...args]);
}
