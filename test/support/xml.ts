/** An element of a document. */
export interface Xml {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly Xml[];
  /** Its own text, without that of its children. */
  readonly text: string;
}

const NAME = /[A-Za-z_:][\w:.-]*/y;
const ENTITY = /^(amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0, production 2, turned around
const FORBIDDEN = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/u;
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads a document of one element, and throws where XML 1.0 would: elements that do not close, attributes that come
 * twice or are not quoted, `<` and bare `&` in text, characters that are not allowed. It knows no comments,
 * instructions, CDATA and doctypes, so these are errors too.
 */
export function parseXml(source: string): Xml {
  const bad = FORBIDDEN.exec(source);
  if (bad !== null) throw new Error(`forbidden character ${JSON.stringify(bad[0])} at ${bad.index}`);
  let at = 0;
  const fail = (what: string): never => {
    throw new Error(`${what} at ${at}: ${source.slice(at, at + 40)}`);
  };
  const expect = (text: string): void => {
    if (!source.startsWith(text, at)) fail(`wanted ${text}`);
    at += text.length;
  };
  const name = (): string => {
    NAME.lastIndex = at;
    const found = NAME.exec(source)?.[0] ?? fail('wanted a name');
    at += found.length;
    return found;
  };
  const decoded = (text: string): string => {
    if (text.includes('<')) fail('< in text');
    return text.replace(/&([^;&]*;?)/g, (_, rest: string) => {
      const entity = ENTITY.exec(rest)?.[1] ?? fail(`bare & before ${rest}`);
      if (!entity.startsWith('#')) return ENTITIES[entity]!;
      return String.fromCodePoint(Number(entity.replace('#x', '0x').replace('#', '')));
    });
  };
  const attributesOf = (): Record<string, string> => {
    const attributes: Record<string, string> = {};
    while (/\s/.test(source[at] ?? '')) {
      at += /^\s+/.exec(source.slice(at, at + 100))![0].length;
      const key = name();
      expect('="');
      const end = source.indexOf('"', at);
      if (end === -1 || Object.hasOwn(attributes, key)) fail(`attribute ${key}`);
      attributes[key] = decoded(source.slice(at, end));
      at = end + 1;
    }
    return attributes;
  };
  const element = (): Xml => {
    expect('<');
    const own = name();
    const attributes = attributesOf();
    if (source.startsWith('/>', at)) {
      at += 2;
      return { name: own, attributes, children: [], text: '' };
    }
    expect('>');
    const children: Xml[] = [];
    let text = '';
    for (;;) {
      const next = source.indexOf('<', at);
      if (next === -1) fail(`${own} does not close`);
      text += decoded(source.slice(at, next));
      at = next;
      if (source.startsWith('</', at)) break;
      children.push(element());
    }
    expect(`</${own}>`);
    return { name: own, attributes, children, text };
  };
  const root = element();
  if (at !== source.length) fail('more than one element');
  return root;
}

/** An element and all below it. */
export function everyElement(root: Xml): Xml[] {
  return [root, ...root.children.flatMap(everyElement)];
}
