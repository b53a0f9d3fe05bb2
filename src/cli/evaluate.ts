import { DataError } from '../base/errors.ts';
import { didYouMean } from '../base/options.ts';
import { load } from '../train/load.ts';
import { BACKENDS, type Command, type Context, EXIT, SHARED_OPTIONS } from './command.ts';
import { FILE_OPTIONS, pathIn, readTableFor, withTarget } from './files.ts';
import { measure, preparedOf, printMeasured, taskOf } from './measure.ts';
import { counted } from './output.ts';

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
  const target = prepare.target?.column;
  if (target === undefined) throw new DataError('the model knows no target column', { at: folder });
  const all = await readTableFor(prepare, context, file);
  if (!all.columns.includes(target)) {
    throw new DataError(`the target column "${target}" is missing`, {
      at: file,
      columns: all.columns.slice(0, 20).join(', '),
      hint: didYouMean(target, all.columns) ?? 'glia predict needs no target',
    });
  }
  const { table, left } = withTarget(all, target);
  if (table.rows === 0) throw new DataError(`no row has a value of "${target}"`, { at: file });
  const measured = await measure(model, prepare, table);
  const used = model.session.engine.backend;
  if (args.has('json')) {
    out.line(
      JSON.stringify({
        task: taskOf(prepare),
        target,
        classes: prepare.classes,
        rows: { evaluated: table.rows, leftOut: left },
        test: measured.metrics,
        confusion: measured.confusion?.counts ?? null,
        backend: { name: used.name, description: used.describe() },
        model: folder,
        seconds: (performance.now() - started) / 1000,
      }),
    );
    return EXIT.fine;
  }
  out.line(`${folder} on ${file}`, 'bold');
  if (left > 0) out.fact('left out', `${counted(left, 'row')} without ${target}`);
  out.fact('task', `${taskOf(prepare)} of ${target}`);
  out.fact('backend', `${used.name}: ${used.describe()}`);
  printMeasured(measured, target, out);
  return EXIT.fine;
}
