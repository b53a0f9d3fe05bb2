/** Makes the error for what is wrong with the text. */
export type Fail = (what: string, facts?: { wanted?: string; got?: string; at?: never }) => Error;

const LONGEST_QUOTE = 60;

/**
 * Reads the part of JSON that file headers are made of (objects, arrays, strings, whole numbers) token by token, so
 * that the caller checks the shape of the text while it is read and nothing else is ever built from it.
 *
 * It differs from `JSON.parse` where a file from elsewhere could deceive:
 *
 * | text                        | here                            | `JSON.parse`            |
 * | --------------------------- | ------------------------------- | ----------------------- |
 * | `{"a":1,"a":2}`             | refused                         | keeps the last          |
 * | `1.0`, `1e3`, `-0`, `2^53`  | refused: not a plain whole number | rounded to a number   |
 * | `"\ud800"` alone            | refused: no Unicode text        | a string no file can hold |
 * | key `__proto__`             | a key like the others           | an own property         |
 *
 * Cost: one pass over the text; memory for the keys of the open objects.
 *
 * @example
 * const reader = new JsonReader('{"a":[1,2]}', (what) => new Error(what));
 * reader.object((key) => reader.array(() => console.log(key, reader.integer())));
 * reader.end();
 */
export class JsonReader {
  readonly #text: string;
  readonly #fail: Fail;
  #at = 0;

  constructor(text: string, fail: Fail) {
    this.#text = text;
    this.#fail = fail;
  }

  /** Reads an object; `member` must read the value of its key. @throws for a key that comes twice. */
  object(member: (key: string) => void): void {
    const keys = new Set<string>();
    this.#list('{', '}', () => {
      const key = this.string();
      if (keys.has(key)) throw this.#fail(`the header has the key ${quote(key)} twice`);
      keys.add(key);
      this.#take(':');
      member(key);
    });
  }

  /** Reads an array; `item` must read one value. */
  array(item: () => void): void {
    this.#list('[', ']', item);
  }

  /** Reads a string. @throws when it is cut short, breaks JSON's rules or is not Unicode text. */
  string(): string {
    if (this.#peek() !== '"') throw this.#unexpected('a string');
    const start = this.#at;
    const end = this.#closingQuote(start);
    this.#at = end + 1;
    try {
      const value: unknown = JSON.parse(this.#text.slice(start, end + 1));
      if (typeof value === 'string' && !/\p{Surrogate}/u.test(value)) return value;
    } catch {
      // Falls through to the one error for strings.
    }
    this.#at = start;
    throw this.#unexpected('a string of Unicode text');
  }

  /** Reads a whole number from 0 to 2^53 - 1, written in digits alone. */
  integer(): number {
    this.#peek();
    const digits = /[0-9]*/y;
    digits.lastIndex = this.#at;
    const [text] = digits.exec(this.#text)!;
    const value = Number(text);
    const plain = text !== '' && (text === '0' || text[0] !== '0');
    if (!plain || !Number.isSafeInteger(value)) throw this.#unexpected('a whole number below 2^53');
    this.#at += text.length;
    return value;
  }

  /** Checks that nothing but white space is left. */
  end(): void {
    if (this.#peek() !== undefined) throw this.#unexpected('the end of the header');
  }

  #list(open: string, close: string, item: () => void): void {
    this.#take(open);
    if (this.#peek() === close) {
      this.#at++;
      return;
    }
    do item();
    while (this.#takes(','));
    this.#take(close);
  }

  #take(mark: string): void {
    if (!this.#takes(mark)) throw this.#unexpected(`"${mark}"`);
  }

  #takes(mark: string): boolean {
    const taken = this.#peek() === mark;
    if (taken) this.#at++;
    return taken;
  }

  /** The next character that is not white space. */
  #peek(): string | undefined {
    while (' \n\r\t'.includes(this.#text[this.#at] ?? 'x')) this.#at++;
    return this.#text[this.#at];
  }

  #closingQuote(start: number): number {
    for (let end = this.#text.indexOf('"', start + 1); end !== -1; end = this.#text.indexOf('"', end + 1)) {
      let backslash = end;
      while (this.#text[backslash - 1] === '\\') backslash--;
      if ((end - backslash) % 2 === 0) return end;
    }
    throw this.#unexpected('a string that ends');
  }

  #unexpected(wanted: string): Error {
    const rest = this.#text.slice(this.#at, this.#at + 20);
    const got = rest === '' ? 'the end of the header' : quote(rest);
    return this.#fail(`the header cannot be read at character ${this.#at}`, { wanted, got });
  }
}

/** A name from a file as it stands in messages: in quotes, with control characters escaped, and not too long. */
export function quote(name: string): string {
  return JSON.stringify(name.length > LONGEST_QUOTE ? `${name.slice(0, LONGEST_QUOTE - 3)}...` : name);
}
