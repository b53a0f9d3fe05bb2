import { GliaError } from '../base/errors.ts';
import { type Content, html } from '../page/html.ts';
import { facts, figure, type Heading, page, type Section, table } from '../page/page.ts';
import { rounded } from '../plot/numerals.ts';
import type { AccumulatedLocalEffects } from './ale.ts';
import { warningList } from './explanation-page.ts';
import type { PartialDependence } from './partial-dependence.ts';

/** Rows of a table, columns of outputs, and entries of a list in a cell. */
const [MOST_ROWS, MOST_OUTPUTS, MOST_ENTRIES] = [200, 8, 8];
/** What is told apart from the numbers. */
const ASIDE = ['method', 'cost', 'warnings'];

/** What a result holds, by name: plain data. */
type Fields = Readonly<Record<string, unknown>>;

/** A picture of a result, where it has one. */
interface Drawn {
  readonly toSvg?: () => string | Promise<string>;
}

/**
 * A page of a result: its picture, its numbers as tables, results within it each with theirs, what it took and what is
 * to be said against it. It reads plain data and knows few methods: a new one has a page as it is.
 */
export async function resultPage(result: object, title = titleOf(result)): Promise<string> {
  const inner = Object.entries(result).filter(([, value]) => isDrawn(value)) as [string, object][];
  const sections: Section[] = [
    { title: inner.length === 0 ? 'What was found' : 'In all', body: await bodyOf(result) },
  ];
  for (const [name, part] of inner) sections.push({ title: spaced(name), body: await bodyOf(part) });
  const how = howOf(result as Fields);
  return page(title, undefined, how === undefined ? sections : [...sections, how]);
}

function titleOf(result: object): string {
  const { method, methods } = result as Fields;
  if (typeof method === 'string') return TITLES[method] ?? spaced(method);
  return Array.isArray(methods) ? 'Audit of a model' : 'What was found';
}

const TITLES: Readonly<Record<string, string>> = {
  ale: 'Accumulated local effects',
  influence: 'Which training rows speak for and against predictions',
  leakage: 'What makes a test too easy',
  memorization: 'Rows that are learned by heart',
  permutationImportance: 'What the model relies on',
  shortcut: 'Whether a column is a shortcut',
  surrogateTree: 'A tree that says nearly the same',
};

async function bodyOf(result: object): Promise<Content> {
  const fields = Object.fromEntries(
    Object.entries(result).filter(([name, value]) => !ASIDE.includes(name) && !isDrawn(value)),
  );
  return [await pictureOf(result as Drawn), ...numbersOf(result as Fields, fields)];
}

async function pictureOf(result: Drawn): Promise<Content> {
  try {
    const svg = await result.toSvg?.();
    return svg === undefined ? undefined : figure(svg);
  } catch (error) {
    // Numbers that are not finite make no picture; they are in the tables.
    if (!(error instanceof GliaError)) throw error;
    return html`<p class="lead">No picture: ${error.message.split('\n', 1)[0]}.</p>`;
  }
}

function numbersOf({ method }: Fields, fields: Fields): Content[] {
  const curves =
    method === 'ale'
      ? effects(fields as unknown as AccumulatedLocalEffects)
      : method === 'partialDependence'
        ? means(fields as unknown as PartialDependence)
        : undefined;
  if (curves !== undefined) {
    const { output, rows } = fields;
    return [facts(Object.entries({ output, rows }).map(([name, value]) => [name, cell(value)])), curves];
  }
  const all = Object.entries(fields);
  const single = all.filter(([, value]) => !Array.isArray(value));
  const lists = all.filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
  const objects = lists.filter(([, list]) => list.length > 0 && isFields(list[0]));
  return [
    facts(single.map(([name, value]) => [spaced(name), cell(value)])),
    ...sideBySide(lists.filter((entry) => !objects.includes(entry))),
    ...objects.map(([name, list]) => html`<h3>${spaced(name)}</h3>${rowsOf(list as Fields[])}`),
  ];
}

/** Lists of one length are columns of one table: names, and what belongs to each. */
function sideBySide(lists: readonly [string, unknown[]][]): Content[] {
  const plain = lists.filter(([, list]) => list.every((one) => !Array.isArray(one) && !isFields(one)));
  const lengths = [...new Set(plain.map(([, list]) => list.length))].filter((length) => length > 0);
  return lengths.map((length) => {
    const columns = plain.filter(([, list]) => list.length === length);
    const rows = Array.from({ length }, (_, i) => columns.map(([, list]) => list[i]));
    return limited(
      columns.map(([name, list]) => heading(spaced(name), list[0])),
      rows,
    );
  });
}

/** Records as rows; what a record does not have stays empty. */
function rowsOf(list: readonly Fields[]): Content {
  const names = [...new Set(list.flatMap(Object.keys))].filter(
    (name) => !['cost', 'warnings'].includes(name),
  );
  const first = (name: string) => list.find((one) => one[name] !== undefined)?.[name];
  return limited(
    names.map((name) => heading(spaced(name), first(name))),
    list.map((one) => names.map((name) => (one[name] === undefined ? '' : one[name]))),
  );
}

function limited(headings: readonly Heading[], rows: readonly (readonly unknown[])[]): Content {
  const left = rows.length - MOST_ROWS;
  const body = table(
    headings,
    rows.slice(0, MOST_ROWS).map((row) => row.map(cell)),
  );
  return left > 0 ? [body, html`<p class="lead">And ${left} more.</p>`] : body;
}

/** A row for each end of an interval, a column for each output. */
function effects({ feature, edges, counts, values, outputNames }: AccumulatedLocalEffects): Content {
  const outputs = outputNames.slice(0, MOST_OUTPUTS);
  return limited(
    [heading(feature, 0), heading('rows up to it', 0), ...outputs.map((name) => heading(name, 0))],
    edges.map((edge, i) => [edge, i === 0 ? '' : counts[i - 1], ...outputs.map((_, k) => values[k]![i])]),
  );
}

/** A row for each point, a column for each output. */
function means({ grid, average, outputNames }: PartialDependence): Content {
  if (average === undefined) return undefined;
  const outputs = outputNames.slice(0, MOST_OUTPUTS);
  const points = grid.reduce<unknown[][]>(
    (so, { values }) => so.flatMap((point) => values.map((value) => [...point, value])),
    [[]],
  );
  return limited(
    [
      ...grid.map(({ feature, values }) => heading(feature, values[0])),
      ...outputs.map((name) => heading(name, 0)),
    ],
    points.map((point, i) => [...point, ...outputs.map((_, k) => average[k]![i])]),
  );
}

function heading(name: string, value: unknown): Heading {
  return typeof value === 'number' ? { right: name } : name;
}

/** A value in a cell: numbers short, estimates with their error, long lists counted. */
function cell(value: unknown): Content {
  if (typeof value === 'number') return Number.isInteger(value) ? value : rounded(value, 4);
  if (value === null || value === undefined) return 'none';
  if (typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    if (value.length > MOST_ENTRIES || value.some(isFields)) return `${value.length} entries`;
    return value.map((one, i) => [i === 0 ? '' : ', ', cell(one)]);
  }
  const { mean, stdError, shape, data } = value as Fields;
  if (typeof mean === 'number' && typeof stdError === 'number') return estimateWords(mean, stdError);
  if (Array.isArray(shape) && ArrayBuffer.isView(data)) return shapedWords(shape, data as Float32Array);
  return Object.entries(value)
    .map(([name, one]) => [`${spaced(name)} `, cell(one)])
    .map((one, i) => [i === 0 ? '' : ', ', one]);
}

/** What too few draws leave open is left out. */
function estimateWords(mean: number, stdError: number): string {
  return Number.isNaN(stdError) ? rounded(mean, 4) : `${rounded(mean, 4)} ± ${rounded(stdError, 2)}`;
}

function shapedWords(shape: readonly number[], data: Float32Array): string {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const x of data) [low, high] = [Math.min(low, x), Math.max(high, x)];
  const range = data.length === 0 ? '' : ` from ${rounded(low, 4)} to ${rounded(high, 4)}`;
  return `${shape.join(' × ')} numbers${range}`;
}

/** What it took, and what is to be said against it. */
function howOf({ cost, method, warnings }: Fields): Section | undefined {
  const passes = isFields(cost) ? `${cost['forward']} rows forward, ${cost['backward']} backward` : undefined;
  const said = Array.isArray(warnings) ? (warnings as string[]) : [];
  if (passes === undefined && said.length === 0 && method === undefined) return undefined;
  return {
    title: 'How this was computed',
    body: [
      facts([
        ...(method === undefined ? [] : [['method', String(method)] as const]),
        ...(passes === undefined ? [] : [['passes', passes] as const]),
      ]),
      warningList({ warnings: said }),
    ],
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value);
}

function isDrawn(value: unknown): value is Drawn {
  return isFields(value) && typeof (value as Drawn).toSvg === 'function';
}

/** `stdError` as `std error`. */
function spaced(name: string): string {
  return name.replace(/([a-z])([A-Z])/g, (_, a: string, b: string) => `${a} ${b.toLowerCase()}`);
}
