import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Blocks } from '../../src/data/blocks.ts';
import { csvRules } from '../../src/data/csv.ts';
import { CsvReader } from '../../src/data/csv-reader.ts';
import { parseCsv, readCsv } from '../../src/data/index.ts';
import { columnOf } from '../../src/data/table.ts';
import { atOnce } from '../../src/data/turns.ts';
import { WordList, Words } from '../../src/data/words.ts';

/** As many columns as a file may have. */
const COLUMNS = 2 ** 17;
const MB = 2 ** 20;

const wide = () => {
  const lines = [0, 1, 2].map((row) =>
    Array.from({ length: COLUMNS }, (_, i) => (row === 0 ? `c${i.toString(36)}` : i % 10)).join(','),
  );
  return `${lines.join('\n')}\n`;
};

test('131,072 columns take memory in proportion to the file', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'glia-wide-'));
  const path = join(folder, 'wide.csv');
  writeFileSync(path, wide());
  const used = () => {
    const { heapUsed, external } = process.memoryUsage();
    return heapUsed + external;
  };
  const before = used();
  let most = before;
  let done = false;
  const watch = () => {
    most = Math.max(most, used());
    if (!done) setTimeout(watch, 2);
  };
  watch();
  const table = await readCsv(path);
  done = true;
  rmSync(folder, { recursive: true });
  expect(table).toMatchObject({ rows: 2 });
  expect(table.columns).toHaveLength(COLUMNS);
  expect([...table.column(`c${(COLUMNS - 1).toString(36)}`).values]).toEqual([1, 1]);
  // A file of 1.3 MB: it took 2,400 MB when every column began with room for a thousand numbers, twice.
  expect((most - before) / MB).toBeLessThan(300);
  expect(table.select(table.columns.slice(5, 7)).columns).toEqual(['c5', 'c6']);
});

/** What a generator gives, and how often it paused. */
function drain<T>(steps: Generator<void, T>): { value: T; pauses: number } {
  for (let pauses = 0; ; pauses++) {
    const step = steps.next();
    if (step.done) return { value: step.value, pauses };
  }
}

function finish(text: string) {
  const reader = new CsvReader(csvRules({}, 'text'));
  atOnce(reader.feed(text));
  atOnce(reader.end());
  return drain(reader.finish());
}

test('finishing pauses by the work done, whether there are many columns or many rows', () => {
  const [header = ''] = wide().split('\n', 1);
  const columns = finish(`${header}\n`);
  expect(columns.value.size).toBe(COLUMNS);
  // 65,536 cells a turn, and a column counts for 64 cells: at least 128.
  expect(columns.pauses).toBeGreaterThanOrEqual(128);
  const rows = finish(`a;b\n${'w;1\n'.repeat(150_000)}`);
  // Blocks of 8, 16, ... 65,536 cells; both columns pause after each that is full.
  expect(rows.pauses).toBeGreaterThanOrEqual(8);
  expect(rows.value.get('a')).toBeInstanceOf(Words);
});

test('a list in blocks begins small, and only with its first value', () => {
  const made: number[] = [];
  const blocks = new Blocks((length: number) => {
    made.push(length);
    return new Float64Array(length);
  });
  expect(made).toEqual([]);
  const wanted = Array.from({ length: 200_000 }, (_, i) => i);
  blocks.push(0);
  expect(made).toEqual([8]);
  for (const value of wanted.slice(1)) blocks.push(value);
  expect(Math.max(...made)).toBe(65536);
  // Blocks double, so that at most as much is free as is used.
  expect(made.reduce((sum, length) => sum + length)).toBeLessThan(2 * wanted.length);
  expect([...drain(blocks.join()).value]).toEqual(wanted);
  const filled = new Blocks((length: number) => new Uint8Array(length));
  filled.fill(7, 100_000);
  filled.push(1);
  const all = drain(filled.join()).value;
  expect([all.length, all.every((value, i) => value === (i < 100_000 ? 7 : 1))]).toEqual([100_001, true]);
});

test('text is kept as codes, and an array of it is made once, when somebody asks', () => {
  const list = new WordList();
  const words = Array.from({ length: 100_000 }, (_, i) => `w${i}`);
  const codes = Uint32Array.from(words, (word, i) => (i % 3 === 0 ? Words.NONE : list.push(word)));
  const column = new Words(codes, list);
  const wanted = words.map((word, i) => (i % 3 === 0 ? null : word));
  expect([column.at(0), column.at(1), column.at(99_998), column.at(-1)]).toEqual([
    null,
    'w1',
    'w99998',
    null,
  ]);
  expect(column.values).toEqual(wanted);
  expect(column.values).toBe(column.values);
  expect(column.take(Int32Array.of(4, 0, -1, 4)).values).toEqual(['w4', null, null, 'w4']);
});

test('a text column that was read is an ordinary one to those who take it', () => {
  const table = parseCsv('a,b\nx,1\n,2\ny,3\n');
  expect(columnOf(table, 'a')).toBeInstanceOf(Words);
  expect(table.column('a')).toEqual({ type: 'text', values: ['x', null, 'y'] });
  expect(table.take([2, 1]).toRows()).toEqual([
    { a: 'y', b: 3 },
    { a: null, b: 2 },
  ]);
  expect(table.concat(table.head(1)).column('a').values).toEqual(['x', null, 'y', 'x']);
  expect(table.sort('a', { descending: true }).column('a').values).toEqual(['y', 'x', null]);
});

// Without a header every column is collected by itself from its first cell on.
test.each(['x', '', '007', '1.50', '1e3', '+1', '9007199254740993', 'NA'])(
  'a column is the same whichever of its rows has the cell %j that is no usual number',
  (odd) => {
    // The first 64 rows of such numbers are kept in another way.
    for (const row of [0, 1, 5, 62, 63, 64, 65, 69]) {
      const lines = Array.from({ length: 70 }, (_, i) => [i, i === row ? odd : i + 0.25, 2 * i].join(','));
      const missing = odd === 'NA' ? ['NA'] : [];
      const headed = parseCsv(`column1,column2,column3\n${lines.join('\n')}\n`, { missing });
      const bare = parseCsv(`${lines.join('\n')}\n`, { header: false, missing });
      for (const name of bare.columns) expect(headed.column(name)).toEqual(bare.column(name));
      expect(headed.rows).toBe(70);
    }
  },
);
