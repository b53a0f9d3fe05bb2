import { escapeMarkup } from '../base/markup.ts';

/** Text that is HTML already. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text is escaped, HTML is not, nothing is nothing, and lists are joined. */
export type Content = Html | string | number | undefined | readonly Content[];

/**
 * HTML from a template. Whatever is put into it as text stays text.
 *
 * @example
 * html`<td>${name}</td>`.text; // <td>&lt;b&gt;</td> for the name <b>
 */
export function html(strings: TemplateStringsArray, ...contents: Content[]): Html {
  return new Html(strings.reduce((text, piece, i) => text + textOf(contents[i - 1]) + piece));
}

/** SVG and the like, which somebody else has made and escaped. */
export function raw(text: string): Html {
  return new Html(text);
}

/** A number as it stands in a table of the reader's, with the usual minus sign, and of a float32 what it has digits for. */
function numberText(value: number): string {
  const short = Number.isInteger(value) ? value : Number(value.toPrecision(7));
  return String(short).replaceAll('-', '\u2212');
}

function textOf(content: Content): string {
  if (content === undefined) return '';
  if (content instanceof Html) return content.text;
  if (Array.isArray(content)) return content.map(textOf).join('');
  return escapeMarkup(typeof content === 'number' ? numberText(content) : String(content));
}
