import glia = require('glia');
import callbacks = require('glia/callbacks');
import data = require('glia/data');
import testing = require('glia/testing');
import unstable = require('glia/unstable');

const model: glia.Model = glia.sequential([glia.dense(1)], { seed: 1 });
const history: Promise<glia.History> = model.fit([[1]], [[1]], {
  loss: 'mse',
  callbacks: [callbacks.csvLog('log.csv')],
});
const others = [data.readCsv, testing.gradCheck, unstable.loadBackend];
// @ts-expect-error: were the types not found, anything would do
const wrong: string = glia.dense(1);
export = { history, others, wrong };
