import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where the project lies. */
export const ROOT: string = fileURLToPath(new URL('../../', import.meta.url));

/** Paths of the files below a folder of the project, in order, whose names end so. */
export function filesIn(folder: string, ...endings: string[]): string[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && endings.some((ending) => entry.name.endsWith(ending)))
    .map((entry) =>
      posix.normalize(join(entry.parentPath, entry.name).slice(ROOT.length).replaceAll('\\', '/')),
    )
    .filter((path) => !path.includes('node_modules/'))
    .sort();
}

const texts = new Map<string, string>();

/** Text of a file of the project. */
export function read(path: string): string {
  const known = texts.get(path) ?? readFileSync(join(ROOT, path), 'utf8');
  texts.set(path, known);
  return known;
}

/** The text without comments; strings that look like one are not told apart, and no rule here needs them. */
export function code(path: string): string {
  return read(path)
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|[^:'"`\\])\/\/.*$/gm, '$1');
}

/** What a TypeScript file imports, in whatever way: values, types, side effects, exports of others, at run time. */
export function importsOf(path: string): string[] {
  const ways = [
    /\bfrom\s+['"]([^'"]+)['"]/g,
    /^\s*import\s+['"]([^'"]+)['"]/gm,
    /\bimport\(\s*['"]([^'"]+)['"]/g,
  ];
  const targets = ways.flatMap((way) => [...code(path).matchAll(way)].map((match) => match[1]!));
  return targets.map((target) => (target.startsWith('.') ? posix.join(dirname(path), target) : target));
}

/** What an entry point exports, where it is declared. */
export interface Exported {
  readonly name: string;
  readonly file: string;
  readonly kind: string;
  /** The comment directly above it, or nothing. */
  readonly doc: string | undefined;
  /** The declaration's own text. */
  readonly text: string;
  /** The type that a function gives, where it is one name. */
  readonly returns: string | undefined;
}

/** Every export of a file, followed through `export … from` to its declaration. */
export function exportsOf(path: string): Exported[] {
  const text = read(path);
  const lists = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)'/gm)].flatMap(
    ([, names, from]) =>
      names!
        .split(',')
        .map(
          (name) =>
            name
              .trim()
              .replace(/^type /, '')
              .split(' as ')[0]!,
        )
        .filter((name) => name !== '')
        .flatMap((name) => find(posix.join(dirname(path), from!), name)),
  );
  const all = [...text.matchAll(/^export \* (?:as \w+ )?from '([^']+)'/gm)].flatMap(([, from]) =>
    exportsOf(posix.join(dirname(path), from!)),
  );
  const own = [...text.matchAll(DECLARATION)].flatMap(([, , name]) => find(path, name!));
  return [...lists, ...all, ...own];
}

const KINDS = '(?:async |abstract )?(function\\*?|class|const|interface|type)';
const DECLARATION = new RegExp(`^export ${KINDS} (\\w+)`, 'gm');

/** The declaration of a name, or all that a namespace of that name holds. */
function find(file: string, name: string): Exported[] {
  const text = read(file);
  const declared = new RegExp(`^(?:export )?${KINDS} ${name}\\b`, 'm').exec(text);
  if (declared === null) {
    const namespace = new RegExp(`^export \\* as ${name} from '([^']+)'`, 'm').exec(text)?.[1];
    if (namespace !== undefined) return exportsOf(posix.join(dirname(file), namespace));
    const passedOn = exportsOf(file).filter((exported) => exported.name === name);
    if (passedOn.length === 0) throw new Error(`${file} does not declare ${name}`);
    return passedOn;
  }
  const before = text.slice(0, declared.index);
  const doc = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s*$/.exec(before)?.[1];
  const rest = text.slice(declared.index);
  // Formatted code ends a declaration with the first line that is not indented.
  const end = rest.search(/\n[})\]]|;\n/);
  const returns = declared[1]!.startsWith('function') ? /\): ([^{;]+)(?: \{|;)\n/.exec(rest)?.[1] : undefined;
  return [
    { name, file, kind: declared[1]!, doc, text: rest.slice(0, end === -1 ? undefined : end), returns },
  ];
}
