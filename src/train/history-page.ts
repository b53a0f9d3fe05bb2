import { facts, figure, page, table } from '../page/page.ts';
import { learningCurves } from '../plot/learning-curves.ts';
import { ordinal, rounded } from '../plot/numerals.ts';
import type { EpochLogs, History } from './history.ts';

/** Rows of the table under the curves; of more epochs some at equal distances are shown. */
const MOST_ROWS = 30;

/** A page with the learning curves of a run and its numbers. */
export function historyPage({ epochs, best, stopReason, steps }: History): string {
  const about = facts([
    ['epochs', epochs.length],
    ...(best === undefined
      ? []
      : ([['best epoch', `${best.epoch}, with a ${best.monitor} of ${rounded(best.value, 4)}`]] as const)),
    ['steps', steps],
    ['stopped', stopReason],
  ]);
  return page('How a network learned', undefined, [
    { title: 'The run', body: about },
    { title: 'Learning curves', body: figure(learningCurves({ epochs })) },
    { title: 'Numbers', ...numbers(epochs) },
  ]);
}

function numbers(epochs: readonly EpochLogs[]) {
  const names = Object.keys(epochs[0] ?? {});
  const every = Math.ceil(epochs.length / MOST_ROWS);
  const shown = epochs.filter((_, i) => i % every === 0 || i === epochs.length - 1);
  const rows = shown.map((logs) => names.map((name) => rounded(logs[name]!, 6)));
  const lead = every > 1 ? `Every ${ordinal(every)} epoch, and the last.` : undefined;
  return { ...(lead !== undefined && { lead }), body: table(names, rows) };
}
