import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Names that the browser goes by; Debian's is the first. */
const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** The browser of this machine, or why none is tried. `GLIA_BROWSER=required` makes its absence a failure. */
export function findBrowser(): { readonly path: string } | { readonly missing: string } {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const path = NAMES.flatMap((name) => folders.map((folder) => join(folder, name))).find(existsSync);
  if (path !== undefined) return { path };
  const missing = `there is no ${NAMES[0]} on this machine; apt-get install ${NAMES[0]} brings one`;
  if (process.env['GLIA_BROWSER'] === 'required') throw new Error(`GLIA_BROWSER=required, but ${missing}`);
  return { missing };
}

/** What is used of playwright-core. Its own types take those of a browser's page, which this project does not have. */
export interface Browser {
  newPage(options: object): Promise<Page>;
  close(): Promise<void>;
}

interface Page {
  on(event: 'console', take: (message: { text(): string }) => void): void;
  on(event: 'pageerror', take: (error: Error) => void): void;
  on(event: 'dialog', take: (dialog: { message(): string; dismiss(): Promise<void> }) => void): void;
  on(event: 'request', take: (request: { url(): string }) => void): void;
  goto(url: string, options: object): Promise<unknown>;
  emulateMedia(options: { media: 'print'; colorScheme: 'dark' }): Promise<void>;
  evaluate(script: string): Promise<unknown>;
  close(): Promise<void>;
}

interface Playwright {
  readonly chromium: { launch(options: object): Promise<Browser> };
}

/** Playwright gives up after 30 seconds by itself, which a machine may need that does much else. */
const UNTIMED = { timeout: 0 };

/** Starts it. As root it runs without its sandbox, which does not work there; it opens nothing but files made here. */
export async function startBrowser(path: string): Promise<Browser> {
  const name: string = 'playwright-core';
  const { chromium } = (await import(name)) as Playwright;
  return chromium.launch({ executablePath: path, chromiumSandbox: process.getuid?.() !== 0, ...UNTIMED });
}

/** What happened when a page was opened. */
export interface Opened {
  /** Messages of the console, errors, dialogs, and whatever was asked for besides the page. */
  readonly complaints: readonly string[];
  readonly text: string;
  /** Width of the content, and of the window. */
  readonly width: number;
  readonly window: number;
  /** Colour of the paper. */
  readonly paper: string;
  /** Elements by name. */
  readonly count: Readonly<Record<string, number>>;
  /** Pictures that have no size, or stand beyond the window without a box to scroll them in. */
  readonly lost: number;
  /** Least contrast of text and paper, over all text that is shown. */
  readonly contrast: number;
}

/** Opens a file at a width, in light or dark. */
export async function openPage(
  browser: Browser,
  file: string,
  width: number,
  colorScheme: 'light' | 'dark',
): Promise<Opened> {
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
  const complaints: string[] = [];
  page.on('console', (message) => complaints.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => complaints.push(`error: ${error.message}`));
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on('request', (request) => {
    if (request.url() !== `file://${file}`) complaints.push(`request: ${request.url().slice(0, 100)}`);
  });
  try {
    await page.goto(`file://${file}`, UNTIMED);
    return { complaints, ...((await page.evaluate(LOOK)) as Omit<Opened, 'complaints'>) };
  } finally {
    await page.close();
  }
}

/** What a page looks like on paper, printed from a screen that is dark. */
export interface Printed {
  readonly paper: string;
  /** Colours of text, in the page and in its pictures. */
  readonly inks: readonly string[];
  /** What may be broken between two pages, of what must stay whole; headings that may stand alone. */
  readonly broken: readonly string[];
  /** Boxes that show a part of what they hold. */
  readonly cut: number;
}

/** Opens a file as it is printed. */
export async function printPage(browser: Browser, file: string): Promise<Printed> {
  const page = await browser.newPage({ viewport: { width: 700, height: 1000 } });
  try {
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' });
    await page.goto(`file://${file}`, UNTIMED);
    return (await page.evaluate(PAPER)) as Printed;
  } finally {
    await page.close();
  }
}

const PAPER = `(() => {
  const all = (names) => [...document.querySelectorAll(names)];
  const style = (e) => getComputedStyle(e);
  return {
    paper: style(document.body).backgroundColor,
    inks: [...new Set([...all('p, td').map((e) => style(e).color), ...all('svg text').map((e) => style(e).fill)])],
    broken: [
      ...all('.card, figure, tr').filter((e) => style(e).breakInside !== 'avoid'),
      ...all('h1, h2, h3, .lead').filter((e) => style(e).breakAfter !== 'avoid'),
    ].map((e) => e.outerHTML.slice(0, 80)),
    cut: all('.wide').filter((e) => style(e).overflowY !== 'visible').length,
  };
})()`;

// Runs in the page, so it is text: the project knows no types of a browser.
const LOOK = `(() => {
  const rgb = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number);
  const light = (text) => rgb(text).slice(0, 3)
    .map((c) => (c / 255 <= 0.03928 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const paper = getComputedStyle(document.body).backgroundColor;
  const contrast = (colour) => {
    const [a, b] = [light(colour), light(paper)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  };
  const shown = [...document.body.querySelectorAll('h1, h2, h3, p, li, td, th')].filter((e) => e.textContent !== '');
  const pictures = [...document.querySelectorAll('svg')];
  const scrolls = (e) => e.closest('.wide') !== null;
  const lost = pictures.filter((e) => {
    const box = e.getBoundingClientRect();
    return box.width < 50 || box.height < 50 || (box.right > innerWidth + 1 && !scrolls(e));
  });
  const names = ['script', 'img', 'iframe', 'svg', 'table', 'section', 'link'];
  return {
    text: document.body.innerText,
    width: document.documentElement.scrollWidth,
    window: innerWidth,
    paper,
    count: Object.fromEntries(names.map((name) => [name, document.querySelectorAll(name).length])),
    lost: lost.length,
    contrast: Math.min(...shown.map((e) => contrast(getComputedStyle(e).color))),
  };
})()`;
