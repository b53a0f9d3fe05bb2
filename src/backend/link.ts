import { LinkError } from '../base/errors.ts';
import { allBundles, type Bundle, bundleSignature } from '../ir/bundle.ts';
import { type OpEntry, signature } from '../ir/op.ts';

/** What an addon says it can compute: signatures, a list for each kind, in the order of its opcodes. */
export interface Signatures {
  readonly kernels: readonly string[];
  readonly elementwise: readonly string[];
}

/** Number of an op's kernel in the addon's list; valid for this process only. */
export type Opcodes = ReadonlyMap<string, number>;

/**
 * Finds each op's kernel by its signature. Views need none, and a fusion or a bundle without one is simply
 * left to its parts.
 *
 * @throws {LinkError} when a kernel is missing, or takes other inputs or attributes than the op table says.
 */
export function link(ops: readonly OpEntry[], addon: Signatures): Opcodes {
  const opcodes = new Map<string, number>();
  for (const op of ops) {
    if (op.view) continue;
    const list = op.map ? addon.elementwise : addon.kernels;
    const wanted = signature(op);
    const code = list.findIndex((entry) => nameOf(entry) === op.name);
    if (code === -1 && op.compose) continue;
    if (list[code] !== wanted) {
      const got = list[code] ?? 'no such kernel';
      throw new LinkError(`${op.name}: the addon has ${got}, the op table ${wanted}`, {
        hint: 'the addon was built from other sources: build it again; a new op needs a GLIA_KERNEL or GLIA_ELEMENTWISE in native/src/kernels',
      });
    }
    opcodes.set(op.name, code);
  }
  for (const bundle of allBundles()) {
    const code = opcodeOf(bundle, addon);
    if (code >= 0) opcodes.set(bundle.name, code);
  }
  return opcodes;
}

function opcodeOf(bundle: Bundle, { elementwise, kernels }: Signatures): number {
  return (bundle.elementwise ? elementwise : kernels).indexOf(bundleSignature(bundle));
}

function nameOf(entry: string): string {
  return entry.slice(0, entry.indexOf('('));
}
