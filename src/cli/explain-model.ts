import { basename } from 'node:path';
import { replaceFile } from '../io/replace.ts';
import { askModel } from '../report/ask-model.ts';
import { asImage, findImage } from '../report/image.ts';
import { modelPage } from '../report/model-page.ts';
import { load } from '../train/load.ts';
import { type Arguments, UsageError } from './arguments.ts';
import { BACKENDS, type Context, EXIT } from './command.ts';
import { modelJson, printModel } from './explain-model-print.ts';
import { pathIn, readTableFor } from './files.ts';
import { preparedOf, taskOf } from './measure.ts';
import { checkPage } from './report-file.ts';
import { backgroundOf, rowsOf } from './rows-to-judge.ts';
import { readImage } from './train-plan.ts';

/** `glia explain` without `--row`: what a saved model relies on, and how its predictions go with that. */
export async function explainModel(context: Context): Promise<number> {
  const { args, out, err, cwd, interruptible } = context;
  const [folder, file] = args.positionals as [string, string];
  refuseRowOptions(args);
  const most = args.whole('top', 1) ?? 15;
  const to = args.path('html');
  const size = readImage(args);
  const seed = args.whole('seed', 0) ?? 0;
  const backend = args.word('backend', BACKENDS);
  if (to !== undefined) await checkPage('the page', pathIn(cwd, to));
  const model = await load(pathIn(cwd, folder), backend === undefined ? {} : { backend });
  const prepare = preparedOf(model, folder);
  const rows = rowsOf(prepare, await readTableFor(prepare, context, file), file);
  const { judged, labelled } = rows;
  const background = await backgroundOf(prepare, judged, context);
  const image = size === undefined ? findImage(prepare, judged.table) : asImage(prepare, judged.table, size);
  const answers = await interruptible((signal) =>
    askModel({
      ...{ model, task: taskOf(prepare), table: judged.table, labelled, seed, signal },
      background: background.table,
    }).catch((error) => {
      if (signal.aborted) return undefined;
      throw error;
    }),
  );
  if (answers === undefined) {
    err.line('interrupted');
    return EXIT.interrupted;
  }
  if (to !== undefined) {
    const subject = { model, judged, background, seed, name: basename(file) };
    await replaceFile(pathIn(cwd, to), modelPage(subject, answers, image));
  }
  const about = { rows, answers, model, folder, file, seed, page: to };
  if (args.has('json')) out.line(JSON.stringify(modelJson(about)));
  else printModel(about, most, out);
  return EXIT.fine;
}

function refuseRowOptions(args: Arguments): void {
  for (const name of ['method', 'target']) {
    if (args.text(name) === undefined) continue;
    throw new UsageError(`--${name} is for one row: which one shall be explained? Say it with --row N`);
  }
}
