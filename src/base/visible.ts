/**
 * Text from elsewhere as it may stand on a terminal and in messages: control characters (Unicode category Cc: escape
 * sequences, backspaces, carriage returns) and the marks that turn the direction of writing (UAX 9: U+202A to U+202E,
 * U+2066 to U+2069, U+200E, U+200F, U+061C), by which a name could pass for another, are written as `\u001b`, which JSON
 * reads as the same text. New lines and tabs stay.
 *
 * @example
 * visible('yes\x1b[2J'); // 'yes\\u001b[2J'
 */
export function visible(text: string): string {
  return text.replace(HIDDEN, (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

const HIDDEN = /[^\P{Cc}\n\t]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;
