import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { DataError, OptionError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { CsvLexer } from '../../src/data/csv-lexer.ts';
import { type NumberColumn, parseCsv, Table } from '../../src/data/index.ts';
import { spellingOf } from '../../src/data/spelling.ts';

/** The cells of each line as text. */
const text = (csv: string, options = {}) => {
  const table = parseCsv(csv, { header: false, ...options });
  return table.toRows().map((row) => Object.values(row));
};

function errorOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('no error came');
}

describe('RFC 4180, section 2', () => {
  // The examples of the RFC, by its rule.
  test.each([
    ['1: records on lines', 'aaa,bbb,ccc\r\nzzz,yyy,xxx\r\n'],
    ['2: the last record may lack its line break', 'aaa,bbb,ccc\r\nzzz,yyy,xxx'],
    ['5: fields may stand in quotes', '"aaa","bbb","ccc"\r\nzzz,yyy,xxx'],
  ])('rule %s', (_, csv) => {
    expect(text(csv)).toEqual([
      ['aaa', 'bbb', 'ccc'],
      ['zzz', 'yyy', 'xxx'],
    ]);
  });

  test('rule 3: a header line names the fields', () => {
    const table = parseCsv('field_name,field2\r\naaa,bbb\r\n');
    expect(table.columns).toEqual(['field_name', 'field2']);
    expect(table.rows).toBe(1);
  });

  test('rule 4: spaces belong to a field, on request', () => {
    expect(text('a, b ,c\n', { trim: false })).toEqual([['a', ' b ', 'c']]);
    expect(text('a, b ,c\n')).toEqual([['a', 'b', 'c']]);
  });

  test('rule 6: line breaks, quotes and commas inside quotes', () => {
    expect(text('"aaa","b \r\nbb","c,cc"\r\nzzz,yyy,xxx')).toEqual([
      ['aaa', 'b \r\nbb', 'c,cc'],
      ['zzz', 'yyy', 'xxx'],
    ]);
  });

  test('rule 7: a quote inside quotes is doubled', () => {
    expect(text('"aaa","b""bb","ccc"')).toEqual([['aaa', 'b"bb', 'ccc']]);
    expect(text('"""",x')).toEqual([['"', 'x']]);
  });
});

describe('lines', () => {
  test.each(['\n', '\r\n', '\r'])('end in %j', (end) => {
    expect(parseCsv(`a,b${end}1,x${end}2,y${end}`).toRows()).toEqual([
      { a: 1, b: 'x' },
      { a: 2, b: 'y' },
    ]);
  });

  test('blank ones are passed over, anywhere', () => {
    expect(parseCsv('\n\na,b\n\n1,2\n  \n3,4\n\n\n').rows).toBe(2);
  });

  test('in a table of one column a blank line between rows is a missing value', () => {
    expect(parseCsv('\na\n1\n\n3\n\n').toRows()).toEqual([{ a: 1 }, { a: null }, { a: 3 }]);
  });

  test('a byte order mark is no part of the first name', () => {
    expect(parseCsv('\ufeffa,b\n1,2\n').columns).toEqual(['a', 'b']);
    expect(parseCsv('\ufeff"a",b\n1,2\n').columns).toEqual(['a', 'b']);
  });

  test('in front of the header are skipped on request', () => {
    expect(parseCsv('made by "x\r\n\r\na,b\n1,2', { skipLines: 2 }).toRows()).toEqual([{ a: 1, b: 2 }]);
  });
});

describe('a line of another length is an error', () => {
  test.each([
    ['a,b\n1,2\n3\n', 3, '1 cells', '2 columns'],
    ['a,b\n1,2\n"x\ny",4,5\n', 3, '3 cells', '2 columns'],
    ['a,b\n"1\n2\n3",2\n\n4,5,\n', 6, '3 cells', '2 columns'],
  ])('%j', (csv, line, cells, columns) => {
    const error = errorOf(() => parseCsv(csv, { delimiter: ',' }));
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(`line ${line} has ${cells}`);
    expect(error.message).toContain(columns);
  });
});

describe('quotes that make no sense name line and column', () => {
  test.each([
    ['a,b\n1,2\n3,"x\n', 'never closed', 3, 2],
    ['a,b\n"x"y,2\n', '"y" stands between', 2, 1],
    ['a,b\n1,"x" "y"\n', '""" stands between', 2, 2],
  ])('%j', (csv, summary, line, column) => {
    const error = errorOf(() => parseCsv(csv, { delimiter: ',' })) as DataError;
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain(summary);
    expect(error.facts).toMatchObject({ line, column });
  });

  test('an end after a delimiter is an empty cell', () => {
    expect(text('"x","y",')).toEqual([['x', 'y', null]]);
    expect(text('x,y\n"z",')).toEqual([
      ['x', 'y'],
      ['z', null],
    ]);
  });

  test('a quote inside a cell without quotes stands for itself', () => {
    expect(text('5" pipe,x')).toEqual([['5" pipe', 'x']]);
  });
});

describe('types', () => {
  test.each(['0x10', '12abc', '1,5', '2024-01-31', 'Infinity', '1_000', 'NaN', '-'])(
    '%s makes a column text, and keeps the spelling of its numbers',
    (cell) => {
      const table = parseCsv(`a;b\n007;1\n1.50;2\n${cell};3\n`);
      expect(table.types).toEqual({ a: 'text', b: 'number' });
      expect(table.column('a').values).toEqual(['007', '1.50', cell]);
    },
  );

  test('missing cells are NaN among numbers and null among words', () => {
    const table = parseCsv('a,b,c\n,,\n1,x,\n"","",NA\n?,?,\n', { missing: ['NA', '?'] });
    expect(table.types).toEqual({ a: 'number', b: 'text', c: 'number' });
    expect([...table.column('a').values]).toEqual([Number.NaN, 1, Number.NaN, Number.NaN]);
    expect(table.column('b').values).toEqual([null, 'x', null, null]);
    expect([...table.column('c').values]).toEqual(Array(4).fill(Number.NaN));
  });

  test('can be forced', () => {
    expect(parseCsv('zip\n01234\n', { types: { zip: 'text' } }).row(0)).toEqual({ zip: '01234' });
    const error = errorOf(() => parseCsv('id,age\n1,2\n2,old\n', { types: { age: 'number' } })) as DataError;
    expect(error).toBeInstanceOf(DataError);
    expect(error.message).toContain('"old" is not a number');
    expect(error.facts).toMatchObject({ line: 3, column: '2 ("age")' });
  });

  test('a column forced to be text keeps what was read as a number before', () => {
    const rows = Array.from({ length: 3000 }, (_, i) => `${i}.0,${i}`);
    const table = parseCsv(['a,b', ...rows, 'x,1'].join('\n'));
    expect(table.column('a').values.slice(0, 2)).toEqual(['0.0', '1.0']);
    expect(table.column('a').values).toHaveLength(3001);
    expect(table.column('b').values[2999]).toBe(2999);
  });

  test('a leading zero makes a column text, since it is a name then', () => {
    const table = parseCsv('zip,neg,zero\n75001,-1,0\n01001,-07,0.5\n');
    expect(table.types).toEqual({ zip: 'text', neg: 'text', zero: 'number' });
    expect(table.column('zip').values).toEqual(['75001', '01001']);
    expect(table.column('neg').values).toEqual(['-1', '-07']);
    const forced = parseCsv('zip\n75001\n01001\n', { types: { zip: 'number' } });
    expect([...forced.column('zip').values]).toEqual([75001, 1001]);
  });

  test('integers that a float64 cannot tell apart make a column text, amounts of that size do not', () => {
    const ids = ['9007199254740992', '9007199254740993', '1'];
    expect(parseCsv(`id\n${ids.join('\n')}\n`).column('id').values).toEqual(ids);
    expect([...parseCsv('id\n9007199254740991\n').column('id').values]).toEqual([9007199254740991]);
    expect([...parseCsv('x\n9007199254740993\n0.5\n').column('x').values]).toEqual([9007199254740992, 0.5]);
    expect([...parseCsv('x\n1e300\n').column('x').values]).toEqual([1e300]);
    const forced = parseCsv('id\n9007199254740993\n', { types: { id: 'number' } });
    expect([...forced.column('id').values]).toEqual([9007199254740992]);
  });

  test('the decimals that a number was written with are kept where it would print with others', () => {
    const spelled = [
      '1.50',
      '2.0',
      '2',
      '0.5',
      '-0.10',
      '',
      '1000',
      '0.0000001',
      '0.1000000000000000055',
      '100.00',
    ];
    const table = parseCsv(`v,w,x\n${spelled.map((cell) => `${cell},1.5,2`).join('\n')}\n`);
    const column = table.column('v') as NumberColumn;
    expect([...column.decimals!]).toEqual([2, 1, 255, 255, 2, 255, 255, 7, 255, 2]);
    expect(spelled.map((_, row) => spellingOf(column, row))).toEqual(
      spelled.map((cell) => (cell === '' ? null : cell === '0.1000000000000000055' ? '0.1' : cell)),
    );
    expect(Object.keys(table.column('w'))).toEqual(['type', 'values']);
    expect(Object.keys(table.column('x'))).toEqual(['type', 'values']);
    expect([...parseCsv('v;w\n1,50;x\n', {}).column('v').values]).toEqual([1.5]);
    expect([...(parseCsv('v;w\n1,50;x\n').column('v') as NumberColumn).decimals!]).toEqual([2]);
  });

  test('spellings are kept over thousands of rows, from the first that needs it', () => {
    const spelled = Array.from({ length: 5000 }, (_, i) => (i > 3000 && i % 7 === 0 ? `${i}.50` : `${i}`));
    const column = parseCsv(`v\n${spelled.join('\n')}`).column('v');
    expect(spelled.map((_, row) => spellingOf(column, row))).toEqual(spelled);
  });

  test('a mark for "missing" may be a number', () => {
    const table = parseCsv('a,b,c\n-999,x,00\n1,-999,0\n-999.0,y,1\n', { missing: ['-999', '00'] });
    expect([...table.column('a').values]).toEqual([Number.NaN, 1, Number.NaN]);
    expect(table.column('b').values).toEqual(['x', null, 'y']);
    expect([...table.column('c').values]).toEqual([Number.NaN, 0, 1]);
  });

  test('more different words than a dictionary holds, and long ones, stay themselves', () => {
    const words = Array.from(
      { length: 10_000 },
      (_, i) => `a word of more than thirteen units \u{1f600} ${i % 7000}`,
    );
    expect(parseCsv(`w\n${words.join('\n')}`).column('w').values).toEqual(words);
  });
});

describe('header', () => {
  test('false: columns get numbers', () => {
    expect(parseCsv('1,x\n2,y\n', { header: false }).columns).toEqual(['column1', 'column2']);
    expect(parseCsv('1,x\n2,y\n', { header: false }).rows).toBe(2);
  });

  test('names: the first line is data', () => {
    expect(parseCsv('1,x\n', { header: ['a', 'b'] }).row(0)).toEqual({ a: 1, b: 'x' });
  });

  test('alone is an empty table; nothing at all is an error', () => {
    expect(parseCsv('a,b\n')).toMatchObject({ rows: 0, columns: ['a', 'b'] });
    for (const empty of ['', '\n\n', '\ufeff', '  ']) {
      expect(errorOf(() => parseCsv(empty)).message).toContain('the file is empty');
    }
  });

  test('a name that comes twice is an error, one that is empty gets a number', () => {
    expect(errorOf(() => parseCsv('a,b,a\n')).message).toContain('columns 1 and 3 are both called "a"');
    expect(parseCsv(',b\n1,2\n').columns).toEqual(['column1', 'b']);
  });

  test('no name is special', () => {
    const table = parseCsv('__proto__,constructor,toString\n1,2,3\n');
    expect(table.columns).toEqual(['__proto__', 'constructor', 'toString']);
    expect(Object.entries(table.row(0))).toEqual([
      ['__proto__', 1],
      ['constructor', 2],
      ['toString', 3],
    ]);
    expect(Object.getPrototypeOf(table.row(0))).toBe(Object.prototype);
  });
});

describe('delimiter', () => {
  test.each([',', ';', '\t', '|'])('%j is found', (delimiter) => {
    const csv = [
      ['a', 'b', 'c'],
      ['1', 'x', '3'],
      ['4', '"y\n,;\t|"', '6'],
    ].map((row) => row.join(delimiter));
    expect(parseCsv(csv.join('\n'))).toMatchObject({ columns: ['a', 'b', 'c'], rows: 2 });
  });

  test('decimal commas do not hide the semicolon', () => {
    expect(parseCsv('a;b\n1,5;2\n3,5;4\n').columns).toEqual(['a', 'b']);
    expect(parseCsv('length, width, height;unit\n12;cm\n').columns).toEqual([
      'length, width, height',
      'unit',
    ]);
  });

  test('any one character can be given', () => {
    expect(parseCsv('a:b\n1:2', { delimiter: ':' }).row(0)).toEqual({ a: 1, b: 2 });
    expect(parseCsv('a b\n1 2', { delimiter: ' ' }).row(0)).toEqual({ a: 1, b: 2 });
    expect(parseCsv('a\tb\n\t2', { delimiter: '\t' }).row(0)).toEqual({ a: null, b: 2 });
  });
});

describe('options that cannot be', () => {
  test.each([
    [{ delimeter: ',' }, 'did you mean "delimiter"?'],
    [{ delimiter: ',,' }, 'one character'],
    [{ delimiter: '"' }, 'one character'],
    [{ decimal: ';' }, "'.', ',' or 'auto'"],
    [{ thousands: '_' }, "or 'auto'"],
    [{ decimal: ',', thousands: ',' }, 'another sign than decimal'],
    [{ header: 'yes' }, 'a list of names'],
    [{ types: { zip: 'int' } }, "'number' or 'text'"],
    [{ types: { zap: 'text' } }, 'did you mean "zip"?'],
    [{ missing: 5 }, 'a list of strings'],
    [{ skipLines: -1 }, '>= 0'],
    [{ trim: 1 }, 'true or false'],
    [null, 'wanted an object'],
  ])('%j', (options, words) => {
    const error = errorOf(() => parseCsv('zip\n1\n', options as object));
    expect(error).toBeInstanceOf(OptionError);
    expect(error.message).toContain(words);
  });

  test('a text that is none, or is binary', () => {
    expect(errorOf(() => parseCsv(5 as unknown as string))).toBeInstanceOf(OptionError);
    expect(errorOf(() => parseCsv('a\0b'))).toBeInstanceOf(DataError);
  });

  test('what somebody put on Object.prototype is no option', () => {
    Object.assign(Object.prototype, { delimiter: ';', header: false });
    try {
      expect(parseCsv('a,b\n1,x;y').columns).toEqual(['a', 'b']);
    } finally {
      for (const name of ['delimiter', 'header']) Reflect.deleteProperty(Object.prototype, name);
    }
  });
});

/** All that the lexer says, as one text. */
function lex(pieces: readonly string[]): string {
  const said: string[] = [];
  const options = { delimiter: ',', trim: true, skipLines: 1, source: 'text' };
  const lexer = new CsvLexer(options, {
    cell: (piece, start, end, line) => said.push(`${line}:${piece.slice(start, end)}`),
    row: (line) => said.push(`row ${line}`),
    blank: () => said.push('blank'),
  });
  for (const piece of pieces) lexer.feed(piece);
  lexer.end();
  return said.join('|');
}

test('pieces may end anywhere: each border, and one character at a time, say the same', () => {
  const csv = 'skip "me\r\na , "b ""q""" ,\r\n\r\n"x\r\ny", 1.5,"""\n"" "\r,,\n  last,"z",9';
  const whole = lex([csv]);
  expect(whole).toContain('z');
  for (let border = 0; border <= csv.length; border++) {
    expect(lex([csv.slice(0, border), csv.slice(border)]), `border ${border}`).toBe(whole);
  }
  expect(lex([...csv])).toBe(whole);
});

test('600 random texts are read as the csv module of Python reads them, and refused where it refuses', () => {
  // From test/golden/make_csv.py.
  const golden = readFileSync(new URL('../golden/csv.json', import.meta.url), 'utf8');
  const options = { delimiter: ',', trim: false, skipLines: 0, source: 'text' };
  for (const [text, wanted] of JSON.parse(golden) as [string, string[][] | null][]) {
    const rows: string[][] = [[]];
    const lexer = new CsvLexer(options, {
      cell: (piece, start, end) => rows.at(-1)!.push(piece.slice(start, end)),
      row: () => rows.push([]),
      blank: () => rows.push([]),
    });
    const read = () => {
      lexer.feed(text);
      lexer.end();
      return rows.slice(0, -1);
    };
    if (wanted === null) expect(read, JSON.stringify(text)).toThrow(DataError);
    else expect(read(), JSON.stringify(text)).toEqual(wanted);
  }
});

describe('round trip', () => {
  const ALPHABET = ['a', '7', '"', ',', ';', '\n', '\r', '\r\n', ' ', '\t', 'é', '\u{1f600}', '.', '-', 'x'];
  const quote = (cell: string | null) => (cell === null ? '' : `"${cell.replaceAll('"', '""')}"`);

  test('random words, quoted as the RFC says, come back', () => {
    const random = Random.of(3, 'csv');
    for (let round = 0; round < 300; round++) {
      const width = 1 + random.integer(4);
      const word = () =>
        Array.from({ length: 1 + random.integer(6) }, () => ALPHABET[random.integer(15)]!).join('');
      const rows = Array.from({ length: 1 + random.integer(5) }, () =>
        // The letter keeps a column of digits from being numbers.
        Array.from({ length: width }, () => (random.integer(5) === 0 ? null : `w${word()}`)),
      );
      const end = ['\n', '\r\n', '\r'][random.integer(3)]!;
      const header = Array.from({ length: width }, (_, i) => `c${i}`);
      const csv = [header, ...rows].map((row) => row.map(quote).join(',')).join(end) + end;
      if (width === 1 && rows.at(-1)![0] === null) continue;
      const back = parseCsv(csv, {
        types: Object.fromEntries(header.map((name) => [name, 'text'])),
        delimiter: ',',
      });
      expect(
        back.toRows().map((row) => Object.values(row)),
        JSON.stringify(csv),
      ).toEqual(rows);
    }
  });

  test('numbers of any size come back to the last bit', () => {
    const random = Random.of(4, 'csv');
    const values = Array.from({ length: 2000 }, () => random.normal() * 10 ** (random.integer(600) - 300));
    expect([...parseCsv(`v\n${values.join('\n')}`).column('v').values]).toEqual(values);
    expect(parseCsv(`v\n${values.join('\n')}`)).toBeInstanceOf(Table);
  });
});
