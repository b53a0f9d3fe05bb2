import { layer, ops, sequential, dense, adam, trainStep } from 'glia';
import { batches } from 'glia/data';
import { gradCheck } from 'glia/testing';
import { columns, readCsv } from 'glia/data';

const digits = await readCsv('digits.csv');
const { x: features, y } = columns({ target: { of: 'digit' } }).fit(digits).transform(digits);
const labels = y!;

const gated = (units: number) => layer({
  params: ([d]) => ({ w: [d, units], g: [d, units] }),
  apply: ({ w, g }, x) => ops.mul(ops.matmul(x, w), ops.sigmoid(ops.matmul(x, g))),
});
const net = sequential([gated(32), dense(10)], { inputShape: [64], seed: 1 });
await gradCheck(net);                                // throws, naming the layer and the element
const step = trainStep(net, {
  optimizer: adam({ learningRate: 1e-3, clipNorm: 1 }),
  loss: (logits, target) => ops.add(ops.mean(ops.softmaxCrossEntropy(logits, target)), ops.scale(net.l2(), 1e-4)),
});
for await (const batch of batches({ x: features, y: labels }, { size: 256, shuffle: true, seed: 1 })) {
  const { loss } = await step(batch.x, batch.y);     // one native call, off the event loop
  console.log(loss);
}
