import { describe, expect, test } from 'vitest';
import { GliaError, OptionError } from '../../src/base/errors.ts';
import * as plot from '../../src/plot/index.ts';
import { printable } from '../../src/plot/markup.ts';
import { exportsOf } from '../support/sources.ts';
import { everyElement, parseXml, type Xml } from '../support/xml.ts';
import { outside, overlaps } from './bounds.ts';
import { type Sample, samples } from './samples.ts';

const names = Object.keys(samples);
const pictures = new Map<string, (data: object) => string>(Object.entries(plot) as never);
const draw = (name: string): Sample['draw'] => samples[name]!.draw;
const textOf = (svg: string): string =>
  everyElement(parseXml(svg))
    .filter(({ name }) => name !== 'style')
    .map(({ text }) => text)
    .join('\n');
/** Numbers in what is written, but for those of axes, which are as many as have room. */
function stated(svg: string): string[] {
  return everyElement(parseXml(svg))
    .filter(({ name, attributes }) => name === 'text' && !attributes['class']!.includes('f-soft'))
    .flatMap(({ text }) => text.match(/[+−]?\d[\d.]*(?:e−?\d+)?%?/g) ?? [])
    .sort();
}
const has = (element: Xml, name: string): boolean =>
  (element.attributes['class'] ?? '').split(' ').includes(name);

test('every picture has a sample', () => {
  const functions = exportsOf('src/plot/index.ts').filter(({ kind }) => kind === 'function');
  expect(functions.map(({ name }) => name).sort()).toEqual([...names].sort());
  expect(names.length).toBeGreaterThan(15);
});

describe.each(names)('%s', (name) => {
  let drawn: string | undefined;
  const short = (): string => {
    drawn ??= draw(name)({ width: 344 }, 'age');
    return drawn;
  };

  test('is one well-formed SVG element that says what it shows', () => {
    const root = parseXml(draw(name)());
    expect(root.name).toBe('svg');
    expect(root.attributes).toMatchObject({ role: 'img', xmlns: 'http://www.w3.org/2000/svg' });
    const [title, desc] = root.children;
    expect([title!.name, desc!.name]).toEqual(['title', 'desc']);
    expect(title!.text.length).toBeGreaterThan(5);
    expect(desc!.text).toMatch(/\d/);
  });

  test('has a mark for each datum', () => {
    const marks = everyElement(parseXml(draw(name)())).filter((element) => has(element, 'mark'));
    // Cells of the same colour share a path, in which each begins with its own M.
    const cells = (d = '') => (/h1v1h-1z/.test(d) ? d.split('M').length - 1 : 1);
    const data = marks.reduce((sum, { attributes }) => sum + cells(attributes['d']), 0);
    if (samples[name]!.marks === undefined) expect(data).toBeGreaterThan(10);
    else expect(data).toBe(samples[name]!.marks);
  });

  test('is the same to the byte each time', () => {
    expect(draw(name)()).toBe(draw(name)());
  });

  test('keeps everything inside its frame, at every width', () => {
    for (const width of [200, 344, 420, 1200]) expect(outside(draw(name)({ width }))).toEqual([]);
  });

  test('writes no text over another', () => {
    for (const width of [344, 420, 1200]) expect(overlaps(draw(name)({ width }))).toEqual([]);
  });

  test('takes its width from the page, and is as high as its content', () => {
    const { viewBox, width, height, style } = parseXml(draw(name)({ width: 600, height: 10 })).attributes;
    expect(viewBox).toMatch(/^0 0 600 \d+(\.\d+)?$/);
    expect([width, height, style]).toEqual(['100%', undefined, 'max-width:600px;height:auto']);
    expect(Number(viewBox!.split(' ')[3])).toBeGreaterThan(100);
    expect(parseXml(draw(name)({ height: 900 })).attributes['viewBox']).toBe('0 0 420 900');
  });

  test('has the title that it is given, as text', () => {
    const root = parseXml(draw(name)({ title: 'A < B & "C"' }));
    expect(root.children[0]!.text).toBe('A < B & "C"');
    expect(
      everyElement(root).filter(({ name, text }) => name === 'text' && text === 'A < B & "C"'),
    ).toHaveLength(1);
    expect(parseXml(draw(name)({ title: '' })).children[0]!.text).not.toBe('');
  });

  test('has no id and nothing that refers to one, so that pictures of a page do not meet', () => {
    for (const { attributes } of everyElement(parseXml(draw(name)()))) {
      expect(Object.keys(attributes)).not.toContain('id');
      expect(Object.values(attributes).join(' ')).not.toMatch(/url\(|#(?![\da-f]{6}\b)/);
    }
  });

  test('binds its rules to its theme, and has one for every class', () => {
    for (const theme of ['auto', 'light', 'dark'] as const) {
      const root = parseXml(draw(name)({ theme }));
      expect(root.attributes['class']).toBe(`glia-plot-${theme}`);
      const style = everyElement(root).find((element) => element.name === 'style')!.text;
      const selectors = [...style.replace(/@media[^{]*\{/, '').matchAll(/([^{}]+)\{/g)].map(
        ([, one]) => one!,
      );
      expect(selectors.filter((one) => !one.startsWith(`svg.glia-plot-${theme} `))).toEqual([]);
      expect(style.includes('prefers-color-scheme:dark')).toBe(theme === 'auto');
      const classes = new Set(
        everyElement(root).flatMap(({ attributes }) => attributes['class']?.split(' ') ?? []),
      );
      const ruled = [...classes].filter((one) => /^[fs]-/.test(one));
      expect(ruled.filter((one) => !style.includes(`.${one}{`))).toEqual([]);
    }
  });

  test('without data says that there is none', () => {
    const svg = samples[name]!.empty();
    expect(outside(svg)).toEqual([]);
    expect(svg).not.toMatch(/NaN|undefined|Infinity|null/);
    if (!['waterfall', 'force', 'bar', 'heatmapOverlay'].includes(name))
      expect(textOf(svg)).toContain('no data');
  });

  test.each([NaN, Infinity, -Infinity, 1.7e308, -1.7e308, 5e-324, 1e-310, 0, -0, 1e16, -3, 0.1 + 0.2])(
    'with %d among its numbers is refused or whole',
    (x) => {
      let svg: string;
      try {
        svg = draw(name)({}, undefined, x);
      } catch (error) {
        expect(error).toBeInstanceOf(GliaError);
        expect((error as Error).message).toMatch(new RegExp(`^${name}: `));
        return;
      }
      expect(svg).not.toMatch(/NaN|undefined|Infinity|null|object|e[+-]\d/);
      expect(outside(svg)).toEqual([]);
    },
  );

  test.each([
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "' onload='alert(1)",
    '&lt;b&gt; &amp;',
    ']]></style><!-- <?xml -->',
    'nul \u0000 bell \u0007 escape \u001b line\nend\ttab',
    'half \ud83d of a pair \udc00',
    '\ufffe\uffff',
    '👩‍👩‍👧 家族 العربية',
    '__proto__',
    'toString',
    '',
    ' ',
    'x'.repeat(100_000),
    '\u0301'.repeat(1000),
  ])('keeps the name %j as text', (hostile) => {
    const plain = everyElement(parseXml(draw(name)())).map((element) => element.name);
    const svg = draw(name)({ title: hostile }, hostile);
    const root = parseXml(svg);
    const elements = new Set(everyElement(root).map((element) => element.name));
    expect([...elements].filter((one) => one !== 'title' && !plain.includes(one))).toEqual([]);
    expect(
      everyElement(root).flatMap(({ attributes }) =>
        Object.keys(attributes).filter((key) => /^on/.test(key)),
      ),
    ).toEqual([]);
    if (hostile.trim() !== '') expect(textOf(svg)).toContain(printable(hostile).slice(0, 20));
    expect(outside(svg)).toEqual([]);
    expect(svg.length).toBeLessThan(300_000);
  });

  test.each([
    ['Latin letters', 'household_income_before_taxes_'.repeat(7)],
    ['Chinese characters', '家庭收入与支出合计'.repeat(23)],
    ['emoji of several characters', '👩‍👩‍👧‍👦🏳️‍🌈'.repeat(25)],
    ['Arabic letters', 'مجموع الدخل الشهري '.repeat(11)],
    ['combining marks', 'a\u0301\u0327e\u0308'.repeat(40)],
  ])('states its numbers whole beside names of 200 characters, %s', (_, long) => {
    const svg = draw(name)({ width: 344 }, long);
    expect(stated(svg)).toEqual(stated(short()));
    expect(outside(svg)).toEqual([]);
    expect(overlaps(svg)).toEqual([]);
    // No mark of a character stands alone, as where it was cut off its letter.
    expect(svg).not.toMatch(/[>…](?:\p{M}|\u200d)/u);
  });

  test('refuses options and fields that it does not know', () => {
    const picture = pictures.get(name)!;
    expect(() => draw(name)({ widht: 300 } as object)).toThrow(
      /unknown option "widht"[\s\S]*did you mean "width"/,
    );
    expect(() => picture({ nonsense: 1 })).toThrow(OptionError);
    expect(() => picture({ nonsense: 1 })).toThrow(new RegExp(`^${name}: data has no field "nonsense"`));
    for (const data of [null, undefined, 3, 'data', []] as unknown as object[]) {
      expect(() => picture(data)).toThrow(OptionError);
    }
  });

  test.each([
    { width: 100 },
    { width: NaN },
    { height: Infinity },
    { height: 1e6 },
    { theme: 'blue' },
    { title: 3 },
  ])('refuses %o', (options) => {
    expect(() => draw(name)(options as object)).toThrow(OptionError);
  });
});
