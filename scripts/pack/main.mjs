// What npm runs before it packs: a fresh dist/ and the headers that a build needs, so that nothing stale is published.
import { mkdirSync } from 'node:fs';
import { dist } from '../setup/dist.mjs';
import { at, root } from '../setup/project.mjs';
import { copyHeaders } from './headers.mjs';

mkdirSync(at('build'), { recursive: true });
dist();
copyHeaders(root);
