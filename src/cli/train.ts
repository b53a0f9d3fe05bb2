import { attributionLog } from '../explain/attribution-log.ts';
import { fileError } from '../io/failures.ts';
import { checkFolder, targetOf } from '../io/target.ts';
import { sample } from '../report/sample.ts';
import { type Callback, earlyStopping, progress } from '../train/callbacks.ts';
import type { Model } from '../train/model.ts';
import { BACKENDS, type Command, type Context, EXIT, SHARED_OPTIONS } from './command.ts';
import { FILE_OPTIONS, pathIn, readTable } from './files.ts';
import { measure } from './measure.ts';
import { buildNetwork, NETWORK_OPTIONS } from './network.ts';
import { checkPage, IMAGE_OPTION, trainedSubject, writeReport } from './report-file.ts';
import { divide, readPlan, type TrainData, type TrainPlan, usualOut, usualReport } from './train-plan.ts';
import { printData, printTrained, type Trained, trainedJson } from './train-report.ts';

/** How often columns are weighed while the network learns, and on how many rows. */
const [LOOKS, LOG_ROWS] = [50, 100];

/** `glia train`: from a CSV to a saved model. */
export const trainCommand: Command = {
  name: 'train',
  usage: 'FILE --target COLUMN [--out DIR] [options]',
  summary: 'train a network on a CSV file and save it',
  description: [
    'Trains a network of dense layers to predict a column of a CSV file from the others. Rows are split at',
    'random by seed: one part trains, one decides when to stop, one measures what came out. Numbers are',
    'imputed and scaled and words encoded with statistics of the training rows alone, saved with the model.',
    'A report beside the model shows how well it does, what it relies on and where it errs: one page that',
    'stands alone.',
  ].join('\n'),
  positionals: ['FILE'],
  options: {
    target: { value: 'COLUMN', short: 't', help: 'the column to predict' },
    task: { value: 'NAME', help: 'classification or regression (default: by the target column)' },
    drop: { value: 'COLUMNS', help: 'columns to leave out, such as id,name' },
    numeric: {
      value: 'COLUMNS',
      help: 'columns whose text is numbers, also with leading zeros',
    },
    categorical: { value: 'COLUMNS', help: 'columns whose numbers are names, such as postcodes' },
    dates: {
      value: 'ORDERS',
      help: 'order of day, month and year where cells leave it open: dmy, or since=dmy',
    },
    out: {
      value: 'DIR',
      short: 'o',
      path: 'write',
      otherwise: usualOut,
      help: 'folder of the model (default: FILE with the ending .glia, here)',
    },
    validation: { value: 'SHARE', help: 'share of the rows that decide when to stop (default 0.15)' },
    test: { value: 'SHARE', help: 'share of the rows that measure the result (default 0.2)' },
    report: {
      value: 'FILE',
      path: 'write',
      otherwise: usualReport,
      help: 'page about the model (default: DIR with the ending .report.html)',
    },
    'no-report': { help: 'make no report' },
    image: IMAGE_OPTION,
    seed: { value: 'N', help: 'decides splits, first weights and order (default 0)' },
    ...NETWORK_OPTIONS,
    ...FILE_OPTIONS,
    quiet: { short: 'q', help: 'no progress on stderr' },
    ...SHARED_OPTIONS,
  },
  run,
};

async function run(context: Context): Promise<number> {
  const { args, out, cwd } = context;
  const json = args.has('json');
  const plan = readPlan(args);
  const backend = args.word('backend', BACKENDS);
  const path = pathIn(cwd, plan.out);
  await checkOut(path);
  if (plan.report !== undefined) await checkPage('the report', pathIn(cwd, plan.report));
  const data = divide(await readTable(context, plan.file), plan);
  const model = buildNetwork(plan.network, data.prepare, data.task, { seed: plan.seed, backend });
  if (!json) printData(plan, data, model, out);
  const trained = await train(model, plan, data, context);
  const { history } = trained;
  const interrupted = history.stopReason === 'aborted';
  if (interrupted && history.epochs.length === 0) {
    context.err.line('interrupted before the first epoch was over: nothing was saved');
    return EXIT.interrupted;
  }
  await model.save(path);
  const measured = plan.test > 0 ? await measure(model, data.prepare, data.parts.test) : undefined;
  if (!json) printTrained(plan, trained, measured, out);
  const report =
    interrupted || plan.report === undefined
      ? undefined
      : await writeReport(plan.report, context, () => trainedSubject(plan, data, trained, measured));
  if (json) out.line(JSON.stringify(trainedJson(plan, data, trained, measured, report)));
  else if (report !== undefined) out.line(`The report is in ${report}, for any browser.`, 'green');
  if (interrupted) context.err.line(`interrupted: the best weights so far are in ${plan.out}`);
  else if (plan.report !== report)
    context.err.line('interrupted: the model is saved, the report was not made');
  return interrupted || plan.report !== report ? EXIT.interrupted : EXIT.fine;
}

/** Better to know before the training than after it. */
async function checkOut(path: string): Promise<void> {
  try {
    await checkFolder(await targetOf(path), ['model.json']);
  } catch (error) {
    throw fileError('the model could not be written', path, error);
  }
}

async function train(model: Model, plan: TrainPlan, data: TrainData, context: Context): Promise<Trained> {
  const { args, err, interruptible } = context;
  const { optimizer, epochs, batchSize, patience } = plan.network;
  const shows = !args.has('quiet') && (!args.has('json') || err.stream.isTTY === true);
  const log = plan.report === undefined ? undefined : importanceLog(plan, data);
  const callbacks: Callback[] = [
    ...(log === undefined ? [] : [log]),
    ...(shows ? [progress({ stream: err.stream })] : []),
    ...(plan.validation > 0 ? [earlyStopping({ monitor: 'val_loss', patience, restoreBest: true })] : []),
  ];
  const started = performance.now();
  const history = await interruptible((signal) =>
    model.fit(data.parts.train, {
      loss: data.task === 'classification' ? 'categoricalCrossentropy' : 'mse',
      metrics: data.task === 'classification' ? ['accuracy'] : [],
      optimizer,
      epochs,
      batchSize,
      callbacks,
      signal,
      ...(plan.validation > 0 && { validation: data.parts.validation }),
    }),
  );
  return { model, history, log, seconds: (performance.now() - started) / 1000 };
}

/** For the report: how the importance of columns moves. Some looks are enough, and a few rows. */
function importanceLog({ network, seed }: TrainPlan, { parts }: TrainData) {
  const rows = sample(parts.validation.rows > 0 ? parts.validation : parts.train, LOG_ROWS, seed, 'log');
  return attributionLog({ rows, every: Math.max(1, Math.ceil(network.epochs / LOOKS)) });
}
