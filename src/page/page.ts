import { type Content, html, raw } from './html.ts';

/** Rows of a table that stand on the page; more scroll. */
const LONG_TABLE = 25;

/** A part of a page. */
export interface Section {
  readonly title: string;
  /** A line on what is seen. */
  readonly lead?: Content;
  readonly body: Content;
}

// Nothing is loaded and nothing runs, whatever the data of a report holds.
const POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

const STYLE = `
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d0d7de; }
@media screen and (prefers-color-scheme: dark) {
  :root { --paper: #14171c; --ink: #e6e9ed; --soft: #a3adb8; --line: #3a424c; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 62rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; line-height: 1.25; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 0.25rem; overflow-wrap: anywhere; }
h3 { font-size: 1rem; margin: 1.5rem 0 0.25rem; overflow-wrap: anywhere; }
.card h3 { margin-top: 0; }
p, li { max-width: 44rem; overflow-wrap: anywhere; }
.lead, small, figcaption { color: var(--soft); }
.wide { overflow-x: auto; }
figure { margin: 1rem 0; }
.grid figure { margin: 0; }
.warnings { border-left: 3px solid var(--soft); padding-left: 1.5rem; }
figure svg, figure img { max-width: 100%; height: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: 0.3rem 0.8rem 0.3rem 0; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top; }
th[scope=row] { min-width: 7rem; }
th[scope=row] + td { overflow-wrap: anywhere; }
code { white-space: nowrap; }
.right { text-align: right; }
.tall { max-height: 36rem; overflow-y: auto; display: inline-block; max-width: 100%; }
.tall thead th { position: sticky; top: 0; background: var(--paper); }
@media (max-width: 30rem) { table { font-size: 0.875rem; } }
.grid { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 20rem), 1fr)); gap: 1rem; }
.card .lead { margin: 0.25rem 0 0; }
.card { border: 1px solid var(--line); border-radius: 0.5rem; padding: 0.75rem; min-width: 0; }
@page { margin: 15mm; }
@media print {
  :root { color-scheme: light; }
  body { font-size: 10pt; }
  main { max-width: none; padding: 0; }
  h1, h2, h3, .lead { break-after: avoid; }
  .card, figure, tr, li, p { break-inside: avoid; }
  .wide, .tall { overflow: visible; max-height: none; display: block; }
  .tall thead th { position: static; }
  /* Half of a sheet is too narrow for names beside numbers. */
  .grid:has(table) { display: block; }
}
`;

/**
 * A page that stands alone: one file, no script, nothing from the network, light or dark as the reader's system is.
 *
 * @param title what it is about; also its headline.
 * @param lead a paragraph under the headline.
 */
export function page(title: string, lead: Content, sections: readonly Section[]): string {
  const document = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${POLICY}">
<title>${title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${lead}
${sections.map(
  ({ title: name, lead: about, body }) => html`<section>
<h2>${name}</h2>
${about === undefined ? undefined : html`<p class="lead">${about}</p>`}
${body}
</section>
`,
)}</main>
</body>
</html>
`;
  return document.text;
}

/** A picture with a line under it. */
export function figure(svg: string, caption?: Content): Content {
  const under = caption === undefined ? undefined : html`<figcaption>${caption}</figcaption>`;
  return html`<figure class="wide">${raw(svg)}${under}</figure>`;
}

/** Names and what they are. */
export function facts(entries: readonly (readonly [name: string, value: Content])[]): Content {
  const rows = entries.map(([name, value]) => html`<tr><th scope="row">${name}</th><td>${value}</td></tr>`);
  return html`<div class="wide"><table>${rows}</table></div>`;
}

/** The heading of a column; one of numbers stands to the right. */
export type Heading = string | { readonly right: string };

/** A table with headings; a long one scrolls below them, and is printed whole. */
export function table(headings: readonly Heading[], rows: readonly (readonly Content[])[]): Content {
  const side = headings.map((heading) => (typeof heading === 'string' ? undefined : raw(' class="right"')));
  const head = headings.map(
    (heading, i) =>
      html`<th scope="col"${side[i]}>${typeof heading === 'string' ? heading : heading.right}</th>`,
  );
  const body = rows.map((row) => html`<tr>${row.map((cell, i) => html`<td${side[i]}>${cell}</td>`)}</tr>`);
  const tables = html`<table><thead><tr>${head}</tr></thead><tbody>${body}</tbody></table>`;
  if (rows.length <= LONG_TABLE) return html`<div class="wide">${tables}</div>`;
  // What scrolls must be reached by the keys, too.
  return html`<div class="wide tall" tabindex="0" role="region" aria-label="${rows.length} rows">${tables}</div>`;
}
