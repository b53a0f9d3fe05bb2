import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text with a fault in it. */
export function withFault(text, { name, file, find, replace }) {
  if (text.split(find).length !== 2) throw new Error(`${name}: "${find}" does not stand once in ${file}`);
  return text.replace(find, () => replace);
}

/** A plugin of Vite that plants a fault in a module as it is loaded, so that no file changes. */
export function planting(root, fault) {
  const path = join(root, fault.file);
  return {
    name: `fault: ${fault.name}`,
    enforce: 'pre',
    transform: (code, id) => (id.split('?')[0] === path ? withFault(code, fault) : undefined),
  };
}

/** Plants a fault in a copy of the project for as long as `work` takes. */
export async function planted(copy, fault, work) {
  const path = join(copy, fault.file);
  const text = readFileSync(path, 'utf8');
  try {
    writeFileSync(path, withFault(text, fault));
    return await work();
  } finally {
    writeFileSync(path, text);
  }
}
