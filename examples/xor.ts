import { sequential, dense } from 'glia';
const x = [[0, 0], [0, 1], [1, 0], [1, 1]];
const y = [[0], [1], [1], [0]];
const model = sequential([dense(8, { activation: 'tanh' }), dense(1, { activation: 'sigmoid' })], { seed: 42 });
const history = await model.fit(x, y, { loss: 'binaryCrossentropy', optimizer: 'adam', learningRate: 0.05, epochs: 500 });
console.log(history.final.loss, (await model.predict(x)).toArray());
