import { basename } from 'node:path';
import { fileError } from '../io/failures.ts';
import { replaceFile } from '../io/replace.ts';
import { checkFile, targetOf } from '../io/target.ts';
import { report } from '../report/report.ts';
import { judgedRows } from '../report/subject.ts';
import type { OptionHelp } from './arguments.ts';
import type { Context } from './command.ts';
import { pathIn } from './files.ts';
import { type Measured, measure } from './measure.ts';
import type { TrainData, TrainPlan } from './train-plan.ts';
import type { Trained } from './train-report.ts';

/** Says that columns are pixels. */
export const IMAGE_OPTION: OptionHelp = {
  value: 'WxH',
  help: [
    'the columns are the pixels of a picture, in their order, row by row',
    '(default: found where all are numbered in one way, such as pixel_0_7,',
    'and hold 0 to 255 or 0 to 1)',
  ].join('\n'),
};

/** Better to know before the training than after it. */
export async function checkReport(path: string): Promise<void> {
  try {
    await checkFile(await targetOf(path));
  } catch (error) {
    throw fileError('the report could not be written', path, error);
  }
}

/** Makes the report and writes it where the plan says; gives the path, or `undefined` when it was interrupted. */
export async function writeReport(
  plan: TrainPlan,
  data: TrainData,
  { model, history, log }: Trained,
  measured: Measured | undefined,
  { interruptible, cwd }: Context,
): Promise<string | undefined> {
  if (plan.report === undefined) return undefined;
  const { parts, prepare, task, dropped, left } = data;
  const { network, seed, image } = plan;
  const text = await interruptible(async (signal) => {
    try {
      return await report(
        {
          ...{ model, history, log, parts, task, dropped, left, seed, image },
          name: basename(plan.file),
          measured: measured ?? (await measure(model, prepare, judgedRows(parts).table)),
          options: optionsOf(network),
        },
        { signal },
      );
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  });
  if (text === undefined) return undefined;
  await replaceFile(pathIn(cwd, plan.report), text);
  return plan.report;
}

/** What the network was asked to be, and how it was to learn. */
function optionsOf({ hidden, optimizer, epochs, batchSize, patience }: TrainPlan['network']) {
  return [
    ['hidden layers', hidden.length === 0 ? 'none' : hidden.join(', ')],
    ['optimizer', optimizer.name],
    ['rows a step', String(batchSize)],
    ['most epochs', String(epochs)],
    ['patience', `${patience} epochs without a better validation loss`],
  ] as const;
}
