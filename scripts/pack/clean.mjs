// What npm runs when it has packed.
import { root } from '../setup/project.mjs';
import { removeHeaders } from './headers.mjs';

removeHeaders(root);
