import { basename } from 'node:path';
import { DataError } from '../base/errors.ts';
import type { Prepared, Table } from '../data/index.ts';
import { lineOf } from '../data/row-lines.ts';
import { explain, type Why } from '../explain/explain.ts';
import { type MethodName, methodNames, methods } from '../explain/methods.ts';
import { replaceFile } from '../io/replace.ts';
import { placeWords } from '../report/file-rows.ts';
import { asImage, findImage, type Image } from '../report/image.ts';
import { rowPage } from '../report/row-page.ts';
import { sample } from '../report/sample.ts';
import { load } from '../train/load.ts';
import { type Arguments, UsageError } from './arguments.ts';
import { BACKENDS, type Command, type Context, EXIT, SHARED_OPTIONS } from './command.ts';
import { explainModel } from './explain-model.ts';
import { printWhy, whyJson } from './explain-print.ts';
import { FILE_OPTIONS, pathIn, readTableFor } from './files.ts';
import { preparedOf } from './measure.ts';
import { IMAGE_OPTION } from './report-file.ts';
import { knownColumns } from './rows-to-judge.ts';
import { readImage } from './train-plan.ts';

/** Rows to compare with at most. */
const MOST_BACKGROUND = 100;
/** Methods that explain columns. */
const METHODS = methodNames.filter((name) => methods[name].slides !== true);

/** `glia explain`: why a saved model says what it says of a row. */
export const explainCommand: Command = {
  name: 'explain',
  usage: 'MODEL FILE [--row N] [--method NAME] [--html FILE] [options]',
  summary: 'say what a saved model relies on, or why it predicts what it predicts for a row',
  description: [
    'Without --row: which columns the model relies on over the rows of FILE, by shuffling them where FILE has the',
    'target and by the mean size of attributions, and how predictions go with those that matter most.',
    'With --row: what is predicted for a row, what each column did for it, and by how much that misses what it should',
    'add up to. A row is compared with others: with those of --background, such as the training rows, else with the',
    `rest of FILE, at most ${MOST_BACKGROUND} of them, drawn by the seed.`,
  ].join('\n'),
  positionals: ['MODEL', 'FILE'],
  options: {
    row: { value: 'N', short: 'r', help: 'one row of FILE: 0 is the first below the header' },
    method: {
      value: 'NAME',
      help: `how a row is explained (default shap):\n${METHODS.slice(0, 4).join(', ')},\n${METHODS.slice(4).join(', ')}`,
    },
    target: {
      value: 'CLASS',
      short: 't',
      help: 'the class that a row is explained for (default: the predicted one)',
    },
    background: {
      value: 'FILE',
      path: 'read',
      help: 'CSV with rows to compare with (default: the other rows of FILE)',
    },
    top: { value: 'N', help: 'columns to print (default 15)' },
    html: { value: 'FILE', path: 'write', help: 'write a page about it as well' },
    image: IMAGE_OPTION,
    seed: { value: 'N', help: 'decides what is drawn (default 0)' },
    ...FILE_OPTIONS,
    ...SHARED_OPTIONS,
  },
  run,
};

async function run(context: Context): Promise<number> {
  const { args, out, cwd, interruptible } = context;
  const [folder, file] = args.positionals as [string, string];
  const at = args.whole('row', 0);
  if (at === undefined) return explainModel(context);
  const method = args.word('method', METHODS) ?? 'shap';
  const most = args.whole('top', 1) ?? 15;
  const page = args.path('html');
  const size = readImage(args);
  const backend = args.word('backend', BACKENDS);
  const model = await load(pathIn(cwd, folder), backend === undefined ? {} : { backend });
  const prepare = preparedOf(model, folder);
  const table = await readTableFor(prepare, context, file);
  if (at >= table.rows) {
    throw new DataError(`there is no row ${at}`, { at: file, rows: table.rows, hint: 'rows count from 0' });
  }
  const background = await backgroundFor(method, prepare, table, at, context);
  const options = { ...targetOf(args, prepare), ...background, ...seedOf(args, method), method };
  const why = await interruptible((signal) =>
    explain(model, used(prepare, table).take([at]), { ...options, signal }).catch((error) => {
      if (signal.aborted) return undefined;
      throw error;
    }),
  );
  if (why === undefined) {
    context.err.line('interrupted');
    return EXIT.interrupted;
  }
  if (page !== undefined)
    await writePage(why, {
      prepare,
      table,
      size,
      name: capital(placeWords({ file: basename(file), rows: [at], lineOf: (row) => lineOf(table, row) }, 0)),
      path: pathIn(cwd, page),
    });
  const about = {
    why,
    row: at,
    line: lineOf(table, at),
    model: folder,
    file,
    page,
    backend: model.session.engine.backend,
  };
  if (args.has('json')) out.line(JSON.stringify(whyJson(about)));
  else printWhy(about, most, out);
  return EXIT.fine;
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** Rows to compare with, for a method that does. */
async function backgroundFor(
  method: MethodName,
  prepare: Prepared,
  table: Table,
  at: number,
  context: Context,
): Promise<{ background?: Table }> {
  const { args } = context;
  const given = args.path('background');
  const way = methods[method].compares;
  if (way === undefined) {
    if (given === undefined) return {};
    throw new UsageError(`--background is for methods that compare with rows; ${method} does not`);
  }
  const seed = args.whole('seed', 0) ?? 0;
  const rows =
    given === undefined
      ? table.take(Array.from({ length: table.rows }, (_, i) => i).filter((i) => i !== at))
      : await readTableFor(prepare, context, given);
  if (rows.rows > 0) return { background: used(prepare, sample(rows, MOST_BACKGROUND, seed, 'background')) };
  if (way === 'mean') return {};
  throw new DataError(`${method} compares a row with others, and there are none`, {
    hint: 'give some with --background, such as the training rows, or take --method integratedGradients',
  });
}

/** A class by its name; a number stands for one where no class has that name. */
function targetOf(args: Arguments, { classes }: Prepared): { target?: string | number } {
  const text = args.text('target');
  if (text === undefined) return {};
  return { target: !classes.includes(text) && /^\d+$/.test(text) ? Number(text) : text };
}

/** Only methods that draw take a seed. */
function seedOf(args: Arguments, method: MethodName): { seed?: number } {
  const seed = args.whole('seed', 0);
  return methods[method].draws ? { seed: seed ?? 0 } : {};
}

/** The columns that the model knows, without its target: a row may have it or not. */
function used(prepare: Prepared, table: Table): Table {
  const known = knownColumns(prepare, table);
  return known.select(known.columns.filter((name) => name !== prepare.target?.column));
}

interface PageOptions {
  readonly prepare: Prepared;
  readonly table: Table;
  readonly size: { readonly width: number; readonly height: number } | undefined;
  readonly name: string;
  readonly path: string;
}

async function writePage(why: Why, { prepare, table, size, name, path }: PageOptions): Promise<void> {
  const columns = used(prepare, table);
  const image: Image | undefined =
    size === undefined ? findImage(prepare, columns) : asImage(prepare, columns, size);
  await replaceFile(path, rowPage(why, name, image));
}
