// Trains XOR in three workers at a time; a line of JSON for each.
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const train = async () => {
  const worker = new Worker(new URL('./xor.mjs', import.meta.url));
  const exit = once(worker, 'exit');
  const [outcome] = await once(worker, 'message');
  await exit;
  return JSON.stringify(outcome);
};
console.log((await Promise.all([train(), train(), train()])).join('\n'));
