import { describe, expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/base/errors.ts';
import { momentAt, readDates } from '../../src/data/dates.ts';
import {
  type ColumnsOptions,
  columns,
  type DateOrder,
  parseCsv,
  readDate,
  Table,
} from '../../src/data/index.ts';

const utc = (...parts: Parameters<typeof Date.UTC>) => Date.UTC(...parts);

describe('a date is read', () => {
  test.each<[string, DateOrder, number]>([
    ['2024-02-29', 'ymd', utc(2024, 1, 29)],
    ['2024-2-9', 'dmy', utc(2024, 1, 9)],
    ['2024/02/29', 'mdy', utc(2024, 1, 29)],
    ['2024.02.29', 'ymd', utc(2024, 1, 29)],
    ['20240229', 'ymd', utc(2024, 1, 29)],
    ['20240229T0930', 'ymd', Number.NaN],
    ['20240229T09:30', 'ymd', utc(2024, 1, 29, 9, 30)],
    ['2024-02-29T23:59:59.999Z', 'ymd', utc(2024, 1, 29, 23, 59, 59, 999)],
    ['2024-02-29 09:30', 'ymd', utc(2024, 1, 29, 9, 30)],
    ['2024-02-29T09:30:15,5', 'ymd', utc(2024, 1, 29, 9, 30, 15, 500)],
    ['2024-01-01T00:30:00+01:00', 'ymd', utc(2023, 11, 31, 23, 30)],
    ['2024-01-01T00:30:00-0530', 'ymd', utc(2024, 0, 1, 6, 0)],
    ['2024-01-01 00:30 UTC', 'ymd', utc(2024, 0, 1, 0, 30)],
    ['31.01.2024', 'dmy', utc(2024, 0, 31)],
    ['1/2/2024', 'dmy', utc(2024, 1, 1)],
    ['1/2/2024', 'mdy', utc(2024, 0, 2)],
    ['1-2-2024 3:04 PM', 'mdy', utc(2024, 0, 2, 15, 4)],
    ['12/31/2023, 12:00 a.m.', 'mdy', utc(2023, 11, 31)],
    ['12/31/2023 12:00am', 'mdy', utc(2023, 11, 31)],
    ['31/12/99', 'dmy', utc(1999, 11, 31)],
    ['31/12/68', 'dmy', utc(2068, 11, 31)],
    ['69/12/31', 'ymd', utc(1969, 11, 31)],
    ['5 Mar 2024', 'ymd', utc(2024, 2, 5)],
    ['05-MAR-24', 'dmy', utc(2024, 2, 5)],
    ['March 5, 2024', 'dmy', utc(2024, 2, 5)],
    ['Sept 3rd, 2021 8:05', 'mdy', utc(2021, 8, 3, 8, 5)],
    ['0099-03-01', 'ymd', new Date('0099-03-01').getTime()],
    ['1582-10-15', 'ymd', utc(1582, 9, 15)],
  ])('%s (%s)', (text, order, time) => {
    const found = readDate(text, order);
    if (Number.isNaN(time)) expect(found).toBeUndefined();
    else expect(found?.time).toBe(time);
  });

  test.each([
    '2023-02-29',
    '2024-13-01',
    '2024-00-10',
    '0000-01-01',
    '31/31/2024',
    '2024-01-01T24:00',
    '2024-01-01T09:60',
    '2024-01-01T09:30+15:00',
    '13:00 PM',
    '1/1/2024 13:00 pm',
    '2024',
    '2024-01',
    '12.5',
    '1.2.3.4',
    '2024-1/1',
    '1-2/2024',
    '5 Foo 2024',
    'Marching 5, 2024',
    '2024-01-01x',
    '20241',
    '',
    'NaN',
    '١/٢/٢٠٢٤',
  ])('but not %s', (text) => {
    for (const order of ['ymd', 'dmy', 'mdy'] as const) expect(readDate(text, order)).toBeUndefined();
  });

  test('and not from a text of a million characters', () => {
    expect(readDate(`2024-01-01${' '.repeat(1e6)}`, 'ymd')).toBeUndefined();
    expect(readDate(`${'1'.repeat(1e6)}/1/2024`, 'dmy')).toBeUndefined();
  });

  test('with its weekday and the clock that was written', () => {
    // 29 February 2024 was a Thursday; the zone moves the instant, not the clock.
    expect(readDate('2024-02-29T22:30:00-05:00', 'ymd')).toMatchObject({
      weekday: 3,
      hour: 22.5,
      month: 2,
      timed: true,
    });
    expect(readDate('1969-12-31', 'ymd')).toMatchObject({ weekday: 2, hour: 0, timed: false });
    for (let day = -800; day < 800; day += 7) {
      const iso = new Date(day * 86_400_000).toISOString();
      expect(momentAt(day * 86_400_000)).toMatchObject({
        time: readDate(iso, 'ymd')!.time,
        weekday: readDate(iso, 'ymd')!.weekday,
        year: Number(iso.slice(0, 4)),
      });
    }
  });
});

describe('the order of a column', () => {
  test.each<[string[], DateOrder[], string | undefined]>([
    [['13/05/2024', '01/02/2024'], ['dmy'], undefined],
    [['05/13/2024', '01/02/2024'], ['mdy'], undefined],
    [['2024-01-02', '2024-02-01'], ['ymd', 'dmy', 'mdy'], undefined],
    [['05/05/2024'], ['dmy', 'mdy'], undefined],
    [['05/05/2024', '01/02/2024'], ['dmy', 'mdy'], '01/02/2024'],
    [['13/05/2024', '05/13/2024'], [], undefined],
    [['13/05/24'], ['ymd', 'dmy'], '13/05/24'],
    [['31/12/99'], ['dmy'], undefined],
    [[], [], undefined],
  ])('%j', (words, orders, ambiguous) => {
    expect(readDates(words)).toEqual({ orders, ambiguous });
  });
});

const days = (count: number, from = utc(2022, 0, 1)) =>
  Array.from({ length: count }, (_, i) => new Date(from + i * 86_400_000).toISOString().slice(0, 10));

const dated = (when: readonly unknown[], date: ColumnsOptions['date'] = {}) =>
  columns({ date: { of: ['when'], ...date } }).fit(Table.fromColumns({ when }));

/** Sines and cosines of a float32. */
const FLOAT32 = 1e-6;

describe('dates enter a network', () => {
  test('by what differs in training: the year, cycles of months and weekdays, and days', () => {
    const prepare = dated(days(800));
    expect(prepare.features).toEqual([
      'when.year',
      'when.month.sin',
      'when.month.cos',
      'when.weekday.sin',
      'when.weekday.cos',
      'when.days',
    ]);
    expect(prepare.groups).toEqual([{ column: 'when', outputs: [0, 1, 2, 3, 4, 5] }]);
    // 2024-02-29: February is a twelfth of a turn, Thursday three sevenths.
    const x = prepare.transformRow({ when: '2024-02-29' }).data;
    const turns = [1 / 12, 3 / 7].map((turn) => 2 * Math.PI * turn);
    [Math.sin(turns[0]!), Math.cos(turns[0]!), Math.sin(turns[1]!), Math.cos(turns[1]!)].forEach(
      (wanted, i) => {
        expect(Math.abs(x[1 + i]! - wanted)).toBeLessThan(FLOAT32);
      },
    );
    // 800 days from 2022-01-01 have the mean 399.5 and the variance (800² - 1) / 12; 2024-02-29 is day 789.
    expect(Math.abs(x[5]! - (789 - 399.5) / Math.sqrt((800 ** 2 - 1) / 12))).toBeLessThan(FLOAT32 * 10);
  });

  test('the time of day only where it was written', () => {
    expect(dated(days(3)).features).not.toContain('when.hour.sin');
    const timed = dated(['2024-01-01 06:00', '2024-01-01 18:00']);
    expect(timed.features).toEqual(['when.hour.sin', 'when.hour.cos', 'when.days']);
    expect(
      [...timed.transformRow({ when: '2024-01-01T12:00' }).data].map((v) => Math.round(v * 1e6) / 1e6),
    ).toEqual([0, -1, 0]);
  });

  test('as asked', () => {
    expect(dated(days(3), { parts: ['days', 'year'] }).features).toEqual(['when.year', 'when.days']);
    expect(dated(['2024-01-01', '2024-01-01']).features).toEqual(['when.days']);
    expect([...dated(['2024-01-01', '2024-01-01']).transformRow({ when: '2024-01-01' }).data]).toEqual([0]);
  });

  test('the same from text of any order, a Date, a CSV and a table', () => {
    const prepare = dated(['13.05.2024', '01.02.2023', '31.12.2022']);
    const wanted = prepare.transformRow({ when: '2023-02-01' }).data;
    for (const when of ['01.02.2023', '1/2/2023', '1 Feb 2023', new Date(utc(2023, 1, 1)), ' 2023-02-01 ']) {
      expect(prepare.transformRow({ when }).data).toEqual(wanted);
      expect(prepare.inputs(Table.fromRows([{ when }])).data).toEqual(wanted);
    }
    expect(prepare.inputs(parseCsv('when\n20230201\n')).data).toEqual(wanted);
  });

  test('a missing one is the median date of training, or refused', () => {
    const prepare = dated(['2024-01-01', '2024-01-05', null, '2024-03-01']);
    const wanted = prepare.transformRow({ when: '2024-01-05' }).data;
    expect(prepare.transformRow({}).data).toEqual(wanted);
    expect(() => dated(['2024-01-01', null], { impute: 'none' })).toThrow('row 1 of "when" is missing');
    const strict = dated(['2024-01-01', '2024-01-02'], { impute: 'none' });
    expect(() => strict.transformRow([{ when: '2024-01-01' }, {}])).toThrow('row 1 of "when" is missing');
  });

  test.each<[string, () => unknown, string]>([
    ['an order in doubt', () => dated(['01/02/2024', '03/04/2024']), "'dmy'"],
    ['no dates', () => dated(['2024-01-01', 'soon']), 'row 1 of "when" is "soon", not a date'],
    ['two orders', () => dated(['13/05/2024', '05/13/2024']), 'not a date'],
    ['nothing', () => dated([null, null]), '"when" has no date'],
    ['numbers', () => dated([3, 4]), 'row 0 of "when" is "3", not a date'],
    [
      'a later cell of another order',
      () => dated(['13/05/2024', '14/06/2024']).transformRow({ when: '05/13/2024' }),
      'not a date',
    ],
  ])('%s is an error', (_, run, words) => {
    expect(run).toThrow(DataError);
    expect(run).toThrow(words);
  });

  test('an order in doubt can be said, for all columns or one', () => {
    const wanted = dated(['2024-02-01', '2024-04-03']).transformRow({ when: '2024-02-01' }).data;
    for (const order of ['dmy', { when: 'dmy' }] as const) {
      expect(dated(['01/02/2024', '03/04/2024'], { order }).transformRow({ when: '1/2/2024' }).data).toEqual(
        wanted,
      );
    }
  });

  test.each<[unknown, string]>([
    [{ order: 'dmyy' }, 'did you mean "dmy"?'],
    [{ order: { when: 'iso' } }, 'ymd, dmy, mdy'],
    [{ order: { since: 'dmy' } }, 'names "since"'],
    [{ order: 5 }, "{ bought: 'dmy' }"],
    [{ parts: ['minute'] }, 'year, month, weekday, hour, days'],
    [{ parts: [] }, 'parts is empty'],
    [{ impute: 'mean' }, 'median, none'],
    [{ orders: 'dmy' }, 'did you mean "order"?'],
  ])('options %j are refused', (date, words) => {
    expect(() => dated(days(3), date as ColumnsOptions['date'])).toThrow(OptionError);
    expect(() => dated(days(3), date as ColumnsOptions['date'])).toThrow(words);
  });
});

describe('dates are never words without being named so', () => {
  const table = Table.fromColumns({
    when: days(60),
    n: days(60).map((_, i) => i),
    y: days(60).map((_, i) => i % 2),
  });

  test.each<[string, ColumnsOptions]>([
    ['nothing said', {}],
    ['open categories', { categorical: {} }],
    ['open dates', { date: {} }],
  ])('%s', (_, options) => {
    const prepare = columns({ ...options, target: { of: 'y' } }).fit(table);
    expect(prepare.report.find(({ column }) => column === 'when')!.use).toBe('date');
  });

  test('named, they are, and it is said', () => {
    const prepare = columns({ categorical: { of: ['when'] } }).fit(table);
    const { use, notes } = prepare.report[0]!;
    expect([use, prepare.width]).toEqual(['onehot', 60]);
    expect(notes[0]!.message).toContain('all cells are dates, taken here as words');
  });

  test('as a target they are refused', () => {
    for (const encode of ['label', 'none'] as const) {
      expect(() => columns({ numeric: { of: ['n'] }, target: { of: 'when', encode } }).fit(table)).toThrow(
        'the target "when" holds dates',
      );
    }
  });
});
