import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { data, glia } from '../cli/host.ts';
import { type Browser, findBrowser, openPage, printPage, startBrowser } from './browser.ts';

const found = findBrowser();
const path = 'path' in found ? found.path : '';

test('a browser is found, or it is said that there is none', () => {
  if ('missing' in found) process.stderr.write(`reports are not opened: ${found.missing}\n`);
  else expect(existsSync(found.path)).toBe(true);
});

const evil = '<img src=x onerror=alert(1)>';
const script = '<script>document.title="taken"</script>';

/** Tables whose every name is markup. */
function hostile(): string {
  const head = `${evil},"a""b&amp;",<svg/onload=alert(2)>,${script.replaceAll('"', "'")}`;
  const rows = Array.from({ length: 90 }, (_, i) => {
    const kind = [`<b>bold</b>`, '</style><h1>big</h1>', '&lt;tame&gt;'][i % 3]!;
    return `${i % 3},${(i * 7) % 11},${i % 2 ? '<i>' : '</svg>'},${kind}`;
  });
  return [head, ...rows].join('\n');
}

// All this takes a few seconds, and minutes on a machine that does much else: only what hangs should fail by the clock.
const PATIENCE = 600_000;

describe.skipIf(path === '')('in a browser', { timeout: PATIENCE }, () => {
  const cwd = mkdtempSync(join(tmpdir(), 'glia-browser-'));
  let browser: Browser;
  let digits: string;
  let markup: string;
  let why: string;
  beforeAll(async () => {
    browser = await startBrowser(path);
    writeFileSync(join(cwd, '<b>a<img>.csv'), hostile());
    // Enough of them for every section of the report.
    const some = readFileSync(data('digits.csv'), 'utf8').split('\n').slice(0, 301).join('\n');
    writeFileSync(join(cwd, 'digits.csv'), some);
    await fine(['train', 'digits.csv', '--target', 'digit', '--out', 'digits.glia', '--epochs', '5']);
    await fine(['explain', 'digits.glia', 'digits.csv', '--row', '3', '--html', 'why.html']);
    await fine([
      'train',
      '<b>a<img>.csv',
      '--target',
      script.replaceAll('"', "'"),
      '--out',
      'm.glia',
      '--epochs',
      '5',
    ]);
    [digits, markup, why] = ['digits.report.html', 'm.report.html', 'why.html'].map((name) =>
      join(cwd, name),
    ) as [string, string, string];
  }, PATIENCE);
  afterAll(async () => {
    await browser?.close();
    rmSync(cwd, { recursive: true, force: true });
  });

  // Widths and schemes have nothing to do with each other: no rule of the page asks for both.
  const cases = [
    [360, 'dark'],
    [1280, 'light'],
  ] as const;

  test.each(cases)('the digits report at %i pixels, %s', async (width, scheme) => {
    const page = await openPage(browser, digits, width, scheme);
    expect(page.complaints).toEqual([]);
    expect(page.width).toBeLessThanOrEqual(page.window);
    expect(page.count).toMatchObject({ script: 0, img: 0, iframe: 0, link: 0, section: 9 });
    expect(page.count['svg']).toBeGreaterThan(8);
    expect(page.lost).toBe(0);
    expect(page.contrast).toBeGreaterThan(4.5);
    const [red] = page.paper.match(/\d+/g)!.map(Number);
    if (scheme === 'light') expect(red).toBeGreaterThan(200);
    else expect(red).toBeLessThan(60);
    expect(page.text).toContain('What speaks for');
  });

  test('a report is printed dark on light, and breaks between cards, pictures and rows alone', async () => {
    for (const file of [digits, markup]) {
      const { paper, inks, broken, cut } = await printPage(browser, file);
      expect(paper).toBe('rgb(255, 255, 255)');
      // The sum of red, green and blue: text in pictures may lie on a filled cell, but is never near white.
      for (const ink of inks) expect(sum(ink), ink).toBeLessThan(500);
      expect({ broken, cut }).toEqual({ broken: [], cut: 0 });
    }
  });

  const sum = (colour: string) => colour.match(/\d+/g)!.reduce((total, part) => total + Number(part), 0);

  test.each(cases)('a row that is explained at %i pixels, %s', async (width, scheme) => {
    const page = await openPage(browser, why, width, scheme);
    expect(page.complaints).toEqual([]);
    expect(page.width).toBeLessThanOrEqual(page.window);
    expect([page.count['svg'], page.lost]).toEqual([2, 0]);
  });

  test.each(cases)('labels with markup in them stay text, at %i pixels, %s', async (width, scheme) => {
    const page = await openPage(browser, markup, width, scheme);
    expect(page.complaints).toEqual([]);
    expect(page.count).toMatchObject({ script: 0, img: 0 });
    for (const label of [
      evil,
      '<svg/onload=alert(2)>',
      '<b>bold</b>',
      '</style><h1>big</h1>',
      '&lt;tame&gt;',
      '<b>a<img>.csv',
    ])
      expect(page.text).toContain(label);
    expect(page.width).toBeLessThanOrEqual(page.window);
    expect(page.lost).toBe(0);
  });

  async function fine(argv: readonly string[]): Promise<void> {
    const { code, stderr } = await glia(cwd, [...argv, '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }
});
