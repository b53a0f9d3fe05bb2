// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\ufffe\uffff]|\p{Surrogate}/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** The text with each character that XML and HTML forbid as U+FFFD. */
export function allowed(text: string): string {
  return text.replace(FORBIDDEN, '\ufffd');
}

/** Text as XML and HTML write it, between tags and in attributes. */
export function escapeMarkup(text: string): string {
  return allowed(text).replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}
