import { aboutOf, dataFor, flopsOf, INFERENCE, network, TRAINING, weightBytes } from './networks.mjs';
import { isTooSlow, ratesOf } from './rates.mjs';
import { timeFit, timePredictions, timeSteps } from './training.mjs';

/**
 * Every workload, trained by `fit` and step by step, or asked for predictions at once and in the background.
 *
 * @param {import('./main.mjs').Context} context
 */
export async function* workloads(context) {
  context.roof.measure(context.pace.limit);
  for (const { workload, how, flops, bytes, time } of cases()) {
    const { name, batch } = workload;
    if (isTooSlow(context, flops)) {
      yield { what: 'skipped', section: 'workloads', workload: name, why: 'seconds a step in TypeScript' };
      continue;
    }
    context.say(`${name} ${how}`);
    const times = await time(network(workload), dataFor(workload), workload, context.pace);
    yield {
      what: 'workload',
      workload: name,
      about: aboutOf(workload),
      how,
      ...ratesOf(context, times, { batch, flops, bytes }),
    };
  }
}

function cases() {
  const trained = TRAINING.flatMap((workload) => {
    const { train: flops } = flopsOf(workload);
    return [
      { workload, how: 'fit', flops, bytes: 0, time: timeFit },
      { workload, how: 'step.sync', flops, bytes: 0, time: timeSteps },
    ];
  });
  const asked = INFERENCE.flatMap((workload) => {
    const work = { workload, flops: flopsOf(workload).infer, bytes: weightBytes(workload) };
    return /** @type {const} */ (['predictSync', 'predict']).map((how) => ({
      ...work,
      how,
      time: timePredictions(how),
    }));
  });
  return [...trained, ...asked];
}
