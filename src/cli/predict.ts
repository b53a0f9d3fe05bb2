import { unknownText } from '../data/unknown.ts';
import { replaceFile } from '../io/replace.ts';
import { load } from '../train/load.ts';
import type { RowPrediction } from '../train/predict.ts';
import { BACKENDS, type Command, type Context, EXIT, SHARED_OPTIONS } from './command.ts';
import { csvText, float32Text, significantText } from './csv-text.ts';
import { FILE_OPTIONS, pathIn, readTableFor } from './files.ts';
import { preparedOf, taskOf } from './measure.ts';
import { counted } from './output.ts';

/** `glia predict`: what a saved model says of each row of a CSV. */
export const predictCommand: Command = {
  name: 'predict',
  usage: 'MODEL FILE [--out FILE] [options]',
  summary: 'predict the rows of a CSV file with a saved model',
  description: [
    'Writes a CSV with a line for each row of FILE, in its order: the predicted class and the probability of',
    'each class, or the predicted value. FILE needs the columns that the model was trained on; others are',
    'passed over, and a missing cell is imputed as in training.',
  ].join('\n'),
  positionals: ['MODEL', 'FILE'],
  options: {
    out: {
      value: 'FILE',
      short: 'o',
      path: 'write',
      help: 'file for the CSV, replaced in one step (default: stdout)',
    },
    ...FILE_OPTIONS,
    ...SHARED_OPTIONS,
  },
  run,
};

async function run(context: Context): Promise<number> {
  const { args, out, cwd } = context;
  const [folder, file] = args.positionals as [string, string];
  const to = args.path('out');
  const backend = args.word('backend', BACKENDS);
  const model = await load(pathIn(cwd, folder), backend === undefined ? {} : { backend });
  const prepare = preparedOf(model, folder);
  const table = await readTableFor(prepare, context, file);
  const predictions = await model.predict(table);
  for (const line of unknownText(prepare.inputs(table).unknown)) context.err.line(line);
  const text = () => csvText(csvRows(predictions, prepare.classes));
  if (to !== undefined) await replaceFile(pathIn(cwd, to), text());
  if (args.has('json')) {
    const used = model.session.engine.backend;
    out.line(
      JSON.stringify({
        task: taskOf(prepare),
        target: prepare.target?.column ?? null,
        classes: prepare.classes,
        rows: predictions.length,
        predictions,
        out: to ?? null,
        backend: { name: used.name, description: used.describe() },
        model: folder,
      }),
    );
  } else if (to === undefined) out.write(text());
  else out.line(`${counted(predictions.length, 'prediction')} in ${to}`);
  return EXIT.fine;
}

/** A header and a row for each prediction. */
function* csvRows(
  predictions: readonly RowPrediction[],
  classes: readonly string[],
): Generator<readonly string[]> {
  yield ['prediction', ...classes.map((name) => `probability_${name}`)];
  for (const prediction of predictions) {
    if ('value' in prediction) yield [significantText(prediction.value)];
    else yield [prediction.class, ...classes.map((name) => float32Text(prediction.probabilities[name]!))];
  }
}
