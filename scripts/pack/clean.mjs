// What npm runs when it has packed: a clone has a file for each module, and takes its headers from node_modules.
import { dist } from '../setup/dist.mjs';
import { root } from '../setup/project.mjs';
import { removeHeaders } from './headers.mjs';

removeHeaders(root);
dist();
