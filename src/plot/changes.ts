import { nothing } from './empty.ts';
import { type Box, figure, type PlotOptions, plotOptions } from './figure.ts';
import { MARK, path } from './marks.ts';
import { element, type Markup } from './markup.ts';
import { counted, numeral, numerals } from './numerals.ts';
import { fieldsOf, finiteOf, listOf, textOf } from './reading.ts';
import { known } from './results/explanation.ts';
import { methodOf, translated } from './results/result.ts';
import { inWords, label, type Name, spoken, title, type Words, widthOf } from './text.ts';
import { stroke } from './theme.ts';

/** A value before and after. */
export interface Change {
  /** What changes. */
  readonly feature: string;
  /** Its value, a number or a name; null where it is missing. */
  readonly from: number | string | null;
  readonly to: number | string | null;
}

/** What {@link changes} draws. */
export interface ChangesData {
  readonly changed: ArrayLike<Change>;
  /** What was said before, and what is said then, such as two classes. */
  readonly from?: string;
  readonly target?: string;
  /** Whether it is said then. Default true. */
  readonly valid?: boolean;
}

/** What `counterfactual` of `glia/explain` gives. */
export interface CounterfactualResult {
  readonly method: 'counterfactual';
  readonly valid: boolean;
  readonly from: string;
  readonly target: string;
  readonly changed: readonly { readonly feature: string; readonly from: unknown; readonly to: unknown }[];
}

const ROW = 26;
const ARROW = 22;
const GAP = 7;

interface Row {
  readonly name: string;
  readonly from: string | Name;
  readonly to: string | Name;
}

/**
 * What has to be otherwise for another answer, a line each: the value before, an arrow, and the value after
 * (counterfactual explanations; Wachter et al. 2017).
 *
 * | field            | what                                                        |
 * | ---------------- | ----------------------------------------------------------- |
 * | `changed`        | a list of `{ feature, from, to }`, numbers or names         |
 * | `from`, `target` | the answers before and after                                |
 * | `valid`          | whether the model gives the answer                          |
 *
 * What `counterfactual` gives is drawn as it is. Both numbers of a line have the same decimals. Cost: about 500 bytes a
 * line.
 *
 * @throws {OptionError} for unknown fields and options, and for what is not of its type.
 * @throws {DataError} for a number that is infinite.
 * @example
 * changes({ changed: [{ feature: 'age', from: 41, to: 53.5 }, { feature: 'plan', from: 'basic', to: 'gold' }], target: 'yes' });
 */
export function changes(data: ChangesData | CounterfactualResult, options: PlotOptions = {}): string {
  const own = plotOptions('changes', options);
  const fields = fieldsOf('changes: data', translated('changes', data, plain), [
    'changed',
    'from',
    'target',
    'valid',
  ]);
  const list = listOf('changes', 'changed', fields.changed, 'changes');
  const rows = Array.from({ length: list.length }, (_, i) => rowOf(list[i] as Change, i));
  const target = textOf('changes', 'target', fields.target, undefined);
  const from = textOf('changes', 'from', fields.from, undefined);
  const heading: Words =
    target === undefined ? ['What changes'] : ['What has to change for ', { name: target }];
  return figure({
    where: 'changes',
    options: own,
    title: from === undefined ? heading : [...heading, ' instead of ', { name: from }],
    description: describe(rows),
    least: Math.max(1, rows.length) * ROW,
    notes: fields.valid === false ? ['Not enough: the model does not give this answer even then.'] : [],
    draw: (body) =>
      rows.length === 0
        ? [nothing(body)]
        : rows.map((row, i) => drawn(row, body.top + (i + 0.5) * ROW, body)),
  });
}

/** Without the numbers of the search. */
function plain(data: ChangesData | CounterfactualResult): ChangesData {
  if (methodOf(data) !== 'counterfactual') return data as ChangesData;
  const { changed, from, target, valid } = data as CounterfactualResult;
  const value = (x: unknown) => (x === null || typeof x === 'number' ? x : known(x));
  return {
    changed: changed.map((one) => ({ feature: one.feature, from: value(one.from), to: value(one.to) })),
    ...{ from, target, valid },
  };
}

function rowOf(value: Change, i: number): Row {
  const at = `changed[${i}]`;
  const fields = fieldsOf(`changes: ${at}`, value, ['feature', 'from', 'to']);
  const sides: readonly unknown[] = [fields.from, fields.to];
  const numbers = sides.filter((x) => typeof x === 'number' && !Number.isNaN(x));
  const finite = numbers.map((x) => finiteOf('changes', at, x));
  const spelled = finite.length === 1 ? finite.map(numeral) : numerals(finite);
  const side = (name: string, x: unknown): string | Name => {
    if (x === null || Number.isNaN(x)) return 'missing';
    return typeof x === 'number'
      ? spelled[numbers.indexOf(x)]!
      : { name: textOf('changes', `${at}.${name}`, x ?? 0, '') };
  };
  return {
    name: textOf('changes', `${at}.feature`, fields.feature ?? 0, ''),
    from: side('from', fields.from),
    to: side('to', fields.to),
  };
}

function drawn({ name, from, to }: Row, y: number, body: Box): Markup {
  const width = body.right - body.left;
  const needs = (side: string | Name) => widthOf(spoken([side]));
  // Values that are names may take half of the picture, numbers what they need.
  const most = (side: string | Name) =>
    typeof side === 'string' ? needs(side) : Math.min(needs(side), width * 0.28);
  const [before, after] = [most(from), most(to)];
  const arrow = body.right - after - GAP - ARROW;
  return element(
    'g',
    { class: MARK },
    title([{ name }, ': ', from, ' to ', to]),
    label(body.left, y + 4.5, name, { room: arrow - GAP - before - 12 - body.left }),
    label(arrow - GAP, y + 4.5, [from], { anchor: 'end', room: before, colour: 'soft' }),
    path(`M${arrow} ${y}h${ARROW - 2}m-6 -4l6 4l-6 4`, {
      class: stroke('ink'),
      fill: 'none',
      'stroke-width': 1.5,
    }),
    label(body.right - after, y + 4.5, [to], { room: after }),
  );
}

function describe(rows: readonly Row[]): string {
  const list = rows.map(
    ({ name, from, to }) => `${inWords(name)} from ${inWords([from])} to ${inWords([to])}`,
  );
  return rows.length === 0 ? 'No changes.' : `${counted(rows.length, 'change')}: ${list.join('; ')}.`;
}
