import { read } from './sources.ts';

/** A function that a program can reach through an entry point. */
export interface Reachable {
  /** Such as `glia/explain: shap` or `glia/data: Table.take`. */
  readonly path: string;
  /** What it is called by, without the entry point: `shap`, `Table.take`. */
  readonly name: string;
  readonly call: (...given: readonly unknown[]) => unknown;
  /** The class that it is a method of. */
  readonly methodOf?: string;
  /** Names of its parameters, as far as they are written out. */
  readonly parameters: readonly string[];
}

type AnyFunction = ((...given: readonly unknown[]) => unknown) & { readonly prototype?: object };

/** The entry points of package.json. */
export const ENTRIES: readonly string[] = Object.keys(
  (JSON.parse(read('package.json')) as { exports: object }).exports,
)
  .filter((path) => !path.endsWith('.json'))
  .map((path) => path.replace(/^\./, 'glia'));

/**
 * Every function of every entry point: exports, those of namespaces, classes (called with new), their static functions and
 * methods. Methods take what they are called on as `this`.
 */
export async function reachable(): Promise<Reachable[]> {
  const found: Reachable[] = [];
  for (const entry of ENTRIES) {
    const module = (await import(entry)) as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(module)) found.push(...within(entry, name, value));
  }
  return found;
}

function within(entry: string, name: string, value: unknown): Reachable[] {
  const path = `${entry}: ${name}`;
  if (typeof value === 'function') {
    const call = value as AnyFunction;
    if (!isClass(call)) return [{ path, name, call, parameters: parametersOf(call) }];
    return ofClass(entry, name, call);
  }
  const isNamespace = Object.prototype.toString.call(value) === '[object Module]';
  return isNamespace
    ? Object.entries(value as object).flatMap(([key, inner]) => within(entry, `${name}.${key}`, inner))
    : [];
}

function ofClass(entry: string, name: string, made: AnyFunction): Reachable[] {
  const methods = (of: object, prefix: string, methodOf?: string) =>
    Object.entries(Object.getOwnPropertyDescriptors(of)).flatMap(([key, { value }]): Reachable[] => {
      if (typeof value !== 'function' || key === 'constructor') return [];
      const call = value as AnyFunction;
      const own = `${prefix}${key}`;
      return [
        {
          path: `${entry}: ${own}`,
          name: own,
          call,
          parameters: parametersOf(call),
          ...(methodOf !== undefined && { methodOf }),
        },
      ];
    });
  const construct = (...given: readonly unknown[]) => Reflect.construct(made, given) as unknown;
  const code = /constructor\s*\(([\s\S]*?)\)\s*\{/.exec(String(made));
  return [
    {
      path: `${entry}: new ${name}`,
      name: `new ${name}`,
      call: construct,
      parameters: split(code?.[1] ?? ''),
    },
    ...methods(made, `${name}.`),
    ...methods(made.prototype!, `${name}.`, name),
  ];
}

function isClass(value: AnyFunction): boolean {
  return /^class\b/.test(String(value));
}

function parametersOf(value: AnyFunction): string[] {
  return split(/^[^(]*\(([\s\S]*?)\)\s*(?:\{|=>)/.exec(String(value))?.[1] ?? '');
}

/** Names out of `model, inputs, options = {}`. */
function split(list: string): string[] {
  return list
    .split(',')
    .map((one) => one.trim().split(/\s*=/)[0]!)
    .filter((one) => one !== '');
}
