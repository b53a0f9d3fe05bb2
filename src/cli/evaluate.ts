import { unknownText } from '../data/unknown.ts';
import { load } from '../train/load.ts';
import { BACKENDS, type Command, type Context, EXIT, SHARED_OPTIONS } from './command.ts';
import { FILE_OPTIONS, pathIn, readTableFor } from './files.ts';
import { measure, preparedOf, taskOf } from './measure.ts';
import { measuredJson, printMeasured } from './measured-print.ts';
import { counted } from './output.ts';
import { labelledRows } from './rows-to-judge.ts';

/** `glia evaluate`: how well a saved model does on a CSV that has its target column. */
export const evaluateCommand: Command = {
  name: 'evaluate',
  usage: 'MODEL FILE [options]',
  summary: 'measure a saved model on a CSV file',
  description:
    'Compares the predictions of a saved model with the target column of a CSV file. Columns that the model\ndoes not use are passed over, and so are rows without a target.',
  positionals: ['MODEL', 'FILE'],
  options: { ...FILE_OPTIONS, ...SHARED_OPTIONS },
  run,
};

async function run(context: Context): Promise<number> {
  const { args, out, cwd } = context;
  const [folder, file] = args.positionals as [string, string];
  const backend = args.word('backend', BACKENDS);
  const started = performance.now();
  const model = await load(pathIn(cwd, folder), backend === undefined ? {} : { backend });
  const prepare = preparedOf(model, folder);
  const all = await readTableFor(prepare, context, file);
  const { judged, left } = labelledRows(prepare, all, file);
  const { table } = judged;
  const target = prepare.target!.column;
  const measured = await measure(model, prepare, table);
  const used = model.session.engine.backend;
  if (args.has('json')) {
    out.line(
      JSON.stringify({
        task: taskOf(prepare),
        target,
        classes: prepare.classes,
        rows: { evaluated: table.rows, leftOut: left },
        ...measuredJson(measured),
        unknown: prepare.inputs(table).unknown,
        backend: { name: used.name, description: used.describe() },
        model: folder,
        seconds: (performance.now() - started) / 1000,
      }),
    );
    return EXIT.fine;
  }
  out.line(`${folder} on ${file}`, 'bold');
  if (left > 0) out.fact('left out', `${counted(left, 'row')} without ${target}`);
  for (const line of unknownText(prepare.inputs(table).unknown)) out.fact('unknown', line);
  out.fact('task', `${taskOf(prepare)} of ${target}`);
  out.fact('backend', `${used.name}: ${used.describe()}`);
  printMeasured(measured, target, out);
  return EXIT.fine;
}
