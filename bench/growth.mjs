import { dataFor, flopsOf, mlp, network } from './networks.mjs';
import { isTooSlow, ratesOf } from './rates.mjs';
import { timeFit } from './training.mjs';

const ROWS = 16384;
const BATCHES = Array.from({ length: 14 }, (_, i) => 2 ** i);
const WIDTHS = Array.from({ length: 7 }, (_, i) => 64 * 2 ** i);

/**
 * How training grows with the batch, and with the width of the network.
 *
 * @param {import('./main.mjs').Context} context
 */
export async function* growth(context) {
  const points = [
    ...BATCHES.map((batch) => ({ along: 'batch', batch, width: 512 })),
    ...WIDTHS.map((width) => ({ along: 'width', batch: 128, width })),
  ].filter(({ batch, width }) => !context.quick || batch * width <= 64 * 128);
  context.roof.measure(context.pace.limit);
  for (const { along, batch, width } of points) {
    const workload = mlp({ name: along, batch, rows: ROWS, widths: [784, width, width, 10] });
    const { train: flops } = flopsOf(workload);
    if (isTooSlow(context, flops)) {
      yield { what: 'skipped', section: 'growth', along, batch, width, why: 'seconds a step in TypeScript' };
      continue;
    }
    context.say(`growth: batch ${batch}, width ${width}`);
    const times = await timeFit(network(workload), dataFor(workload), workload, context.pace);
    yield { what: 'growth', along, batch, width, ...ratesOf(context, times, { batch, flops }) };
  }
}
