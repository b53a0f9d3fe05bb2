import { basename } from 'node:path';
import { fileError } from '../io/failures.ts';
import { replaceFile } from '../io/replace.ts';
import { checkFile, targetOf } from '../io/target.ts';
import type { Measured } from '../report/measured.ts';
import { report } from '../report/report.ts';
import { type Judged, judgingPart, type ReportSubject } from '../report/subject.ts';
import type { OptionHelp } from './arguments.ts';
import type { Context } from './command.ts';
import { pathIn } from './files.ts';
import { measure } from './measure.ts';
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

/** Better to know before the work than after it. */
export async function checkPage(what: string, path: string): Promise<void> {
  try {
    await checkFile(await targetOf(path));
  } catch (error) {
    throw fileError(`${what} could not be written`, path, error);
  }
}

/** Makes a report and writes it; gives the path as it was asked for, or `undefined` when it was interrupted. */
export async function writeReport(
  to: string,
  { interruptible, cwd }: Pick<Context, 'interruptible' | 'cwd'>,
  subject: () => Promise<ReportSubject>,
): Promise<string | undefined> {
  const text = await interruptible(async (signal) => {
    try {
      return await report(await subject(), { signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    }
  });
  if (text === undefined) return undefined;
  await replaceFile(pathIn(cwd, to), text);
  return to;
}

/** What a report says of a model that was trained just now. */
export async function trainedSubject(
  plan: TrainPlan,
  data: TrainData,
  { model, history, log }: Trained,
  measured: Measured | undefined,
): Promise<ReportSubject> {
  const { parts, prepare, task, dropped, left, warnings, lineOf } = data;
  const { network, seed, image } = plan;
  const part = judgingPart(parts);
  const file = basename(plan.file);
  const judged: Judged = {
    table: parts[part],
    name: part === 'train' ? 'training' : part,
    source: { file, rows: data.rows[part], lineOf },
  };
  return {
    ...{ model, task, judged, left, warnings, seed, image },
    name: file,
    background: { table: parts.train, name: 'training row' },
    measured: measured ?? (await measure(model, prepare, judged.table)),
    training: { history, parts, dropped, log, options: optionsOf(network) },
  };
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
