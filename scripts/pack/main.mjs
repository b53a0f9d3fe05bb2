// What npm runs before it packs: a fresh dist/, with its modules joined, and the headers that a build needs. So nothing
// stale is published. `postpack` puts everything back. Without an addon there is no package, unless that is asked for.
import { cpSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dist } from '../setup/dist.mjs';
import { at, root, say } from '../setup/project.mjs';
import { addonsMissing } from './addons.mjs';
import { copyHeaders } from './headers.mjs';
import { joinModules } from './join.mjs';

const missing = addonsMissing(root);
if (missing !== undefined) {
  say(missing);
  process.exit(1);
}
mkdirSync(at('build'), { recursive: true });
dist();
rmSync(at('dist.joined'), { recursive: true, force: true });
// Nobody sees the types of what is bundled.
const declares = (path) =>
  (path.endsWith('.d.ts') && !path.endsWith('d3.d.ts')) || statSync(path).isDirectory();
cpSync(at('dist'), at('dist.joined'), { recursive: true, filter: declares });
await joinModules(root, at('dist'), at('dist.joined'));
rmSync(at('build/dist.stamp')); // if this ends before postpack, set-up makes its own again
rmSync(at('dist'), { recursive: true });
renameSync(at('dist.joined'), at('dist'));
copyHeaders(root);
