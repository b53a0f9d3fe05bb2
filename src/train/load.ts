import { FileError, OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { Prepared } from '../data/prepared.ts';
import { readFolder } from '../io/replace.ts';
import { decodeSafetensors } from '../io/safetensors.ts';
import { type Loss, lossOf } from '../loss/index.ts';
import { type Layer, type LayerMaker, layerFrom, type Wiring } from '../nn/index.ts';
import { Model } from './model.ts';
import { type ModelFile, parseModelFile } from './model-file.ts';
import { type ModelOptions, Session, type Weight } from './session.ts';

/** Largest model.json that is read, in bytes. */
const LARGEST_DESCRIPTION = 64 * 1024 ** 2;
/** Largest weight file that is read, in bytes. */
const LARGEST_WEIGHTS = 16 * 1024 ** 3;

/** Options of {@link load}. */
export interface LoadOptions extends Pick<ModelOptions, 'backend'> {
  /** How to make a program's own kinds of layer from their saved options. */
  readonly layers?: Readonly<Record<string, LayerMaker>>;
}

/**
 * Reads a model that `save` wrote: preprocessing, layers and weights.
 *
 * @throws {FileError} when the folder is missing, or its files are not what `save` writes.
 * @throws {OptionError} for a kind of layer that is neither glia's nor in `layers`.
 * @example
 * const churn = await load('churn.glia');
 */
export async function load(path: string, options: LoadOptions = {}): Promise<Model> {
  const { backend, layers = {} } = checkOptions('load', options, ['backend', 'layers']);
  const { description, bytes } = await readFolder(path, async (read) => ({
    description: await read('model.json', LARGEST_DESCRIPTION),
    bytes: await read('weights.safetensors', LARGEST_WEIGHTS),
  }));
  const file = parseModelFile(new TextDecoder().decode(description), `${path}/model.json`);
  const session = new Session(wiringOf(file, layers), {
    seed: file.seed,
    ...(file.prepare !== null && { prepare: Prepared.fromJSON(file.prepare) }),
    ...(backend !== undefined && { backend }),
  });
  if (file.loss !== null) session.loss = knownLoss(file.loss);
  const at = `${path}/weights.safetensors`;
  const { tensors } = decodeSafetensors(bytes, { at });
  const weights: Record<string, Weight> = Object.create(null);
  for (const [name, { shape, data }] of tensors) {
    if (!(data instanceof Float32Array)) throw new FileError(`${name} must hold floats`, { at });
    weights[name] = { shape, data };
  }
  await session.writeWeights(weights);
  return new Model(session);
}

function wiringOf(file: ModelFile, custom: Readonly<Record<string, LayerMaker>>): Wiring {
  const made = new Map<string, Layer>();
  const calls = file.calls.map(({ name, kind, config, inputs }) => {
    const layer = made.get(name) ?? layerFrom(kind, config, name, custom);
    made.set(name, layer);
    return { name, layer, inputs };
  });
  return { inputs: file.inputs, calls, outputs: file.outputs };
}

/** A loss of the program's own is not saved; `evaluate` then asks for one. */
function knownLoss(name: string): Loss | undefined {
  try {
    return lossOf(name);
  } catch (error) {
    if (error instanceof OptionError) return undefined;
    throw error;
  }
}
