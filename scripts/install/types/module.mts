import { dense, type History, type Model, sequential } from 'glia';
import { csvLog } from 'glia/callbacks';
import { readCsv } from 'glia/data';
import { gradCheck } from 'glia/testing';
import { loadBackend } from 'glia/unstable';

const model: Model = sequential([dense(1)], { seed: 1 });
export const history: Promise<History> = model.fit([[1]], [[1]], {
  loss: 'mse',
  callbacks: [csvLog('log.csv')],
});
export const others = [readCsv, gradCheck, loadBackend];
// @ts-expect-error: were the types not found, anything would do
export const wrong: string = dense(1);
