import { basename, extname } from 'node:path';
import type { ReportSubject } from '../report/subject.ts';
import { load } from '../train/load.ts';
import type { Arguments } from './arguments.ts';
import { BACKENDS, type Command, type Context, EXIT, SHARED_OPTIONS } from './command.ts';
import { FILE_OPTIONS, pathIn, readTableFor } from './files.ts';
import { measure, preparedOf, taskOf } from './measure.ts';
import { measuredJson } from './measured-print.ts';
import { checkPage, IMAGE_OPTION, writeReport } from './report-file.ts';
import { backgroundOf, rowsOf } from './rows-to-judge.ts';
import { readImage } from './train-plan.ts';

/** `glia report`: the page of a saved model on any table. */
export const reportCommand: Command = {
  name: 'report',
  usage: 'MODEL FILE [--out FILE] [options]',
  summary: 'make a page about a saved model on a CSV file',
  description: [
    'Makes the page that glia train writes, of any saved model on any table that has its columns. Where FILE has',
    'the target, it shows how well the model does and where it errs; without one, what it predicts and relies on.',
    'How it was trained is not saved with a model, so nothing is said of that.',
  ].join('\n'),
  positionals: ['MODEL', 'FILE'],
  options: {
    out: {
      value: 'FILE',
      short: 'o',
      path: 'write',
      otherwise: usualPage,
      help: 'the page (default: MODEL-on-FILE.report.html, here)',
    },
    background: {
      value: 'FILE',
      path: 'read',
      help: 'CSV with rows to compare with, such as the training rows (default: FILE)',
    },
    image: IMAGE_OPTION,
    seed: { value: 'N', help: 'decides what is drawn (default 0)' },
    ...FILE_OPTIONS,
    ...SHARED_OPTIONS,
  },
  run,
};

/** Not the name of the page that the training wrote, which says more. */
function usualPage({ positionals }: Arguments): string {
  const [model, file] = positionals.map((path) => basename(path, extname(path)));
  return `${model}-on-${file}.report.html`;
}

async function run(context: Context): Promise<number> {
  const { args, out, cwd } = context;
  const [folder, file] = args.positionals as [string, string];
  const to = args.path('out')!;
  const image = readImage(args);
  const seed = args.whole('seed', 0) ?? 0;
  const backend = args.word('backend', BACKENDS);
  await checkPage('the report', pathIn(cwd, to));
  const model = await load(pathIn(cwd, folder), backend === undefined ? {} : { backend });
  const prepare = preparedOf(model, folder);
  const { judged, labelled, left } = rowsOf(prepare, await readTableFor(prepare, context, file), file);
  const background = await backgroundOf(prepare, judged, context);
  const measured = labelled ? await measure(model, prepare, judged.table) : undefined;
  const subject: ReportSubject = {
    ...{ model, judged, background, measured, left, seed, image },
    name: basename(file),
    task: taskOf(prepare),
    warnings: [],
    training: undefined,
  };
  const written = await writeReport(to, context, () => Promise.resolve(subject));
  if (written === undefined) {
    context.err.line('interrupted: the report was not made');
    return EXIT.interrupted;
  }
  if (args.has('json')) {
    const used = model.session.engine.backend;
    out.line(
      JSON.stringify({
        task: taskOf(prepare),
        target: prepare.target?.column ?? null,
        rows: { judged: judged.table.rows, leftOut: left },
        ...measuredJson(measured),
        report: written,
        backend: { name: used.name, description: used.describe() },
        ...{ model: folder, file, seed },
      }),
    );
    return EXIT.fine;
  }
  if (!labelled)
    out.line(
      `${file} has no ${prepare.target?.column ?? 'target'}: how good the predictions are is not said.`,
    );
  out.line(`The report is in ${written}, for any browser.`, 'green');
  return EXIT.fine;
}
