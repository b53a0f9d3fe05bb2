import { checkFunction } from '../base/check.ts';
import { BackendError, FileError, GliaError, ShapeError } from '../base/errors.ts';
import { checkOptions, ownOf } from '../base/options.ts';
import { sameShape, showShape, sizeOf } from '../base/shape.ts';
import { Prepared } from '../data/prepared.ts';
import { readFolder } from '../io/replace.ts';
import { decodeSafetensors } from '../io/safetensors.ts';
import { lossFrom } from '../loss/index.ts';
import { type Layer, type LayerMaker, layerFrom, layerKinds, type Wiring } from '../nn/index.ts';
import { checkLayer } from '../nn/layer.ts';
import { metricFrom } from './metrics/table.ts';
import { Model } from './model.ts';
import { type ModelFile, parseModelFile } from './model-file.ts';
import type { Outputs } from './predict.ts';
import { checkWhere, type ModelOptions, Session, type Weight } from './session.ts';
import type { Values } from './values.ts';

/** Largest model.json that is read, in bytes. */
const LARGEST_DESCRIPTION = 64 * 1024 ** 2;
/** Largest weight file that is read, in bytes. */
const LARGEST_WEIGHTS = 16 * 1024 ** 3;

/** Options of {@link load}. */
export interface LoadOptions extends Pick<ModelOptions, 'backend' | 'threads'> {
  /** How to make a program's own kinds of layer from their saved options. */
  readonly layers?: Readonly<Record<string, LayerMaker>>;
}

/**
 * Reads a model that `save` wrote: preprocessing, layers and weights. Of a model with several outputs say so:
 * `load<Values[]>(path)`.
 *
 * @throws {FileError} when the folder is missing, or its files are not what `save` writes.
 * @throws {OptionError} for a kind of layer that is neither glia's nor in `layers`.
 * @example
 * const churn = await load('churn.glia');
 */
export async function load<Out extends Outputs = Values>(
  path: string,
  options: LoadOptions = {},
): Promise<Model<Out>> {
  const { layers: given = {}, ...where } = checkOptions('load', options, ['backend', 'threads', 'layers']);
  checkWhere('load', where);
  const layers = makersOf(given);
  const { description, bytes } = await readFolder(path, async (read) => ({
    description: await read('model.json', LARGEST_DESCRIPTION),
    bytes: await read('weights.safetensors', LARGEST_WEIGHTS),
  }));
  const at = `${path}/model.json`;
  const file = parseModelFile(new TextDecoder().decode(description), at);
  const wiring = wiringOf(file, layers, at);
  const weights = weightsOf(bytes, `${path}/weights.safetensors`);
  const session = asFile(at, () => {
    const prepare = file.prepare === null ? {} : { prepare: Prepared.fromJSON(file.prepare) };
    const made = new Session(wiring, { seed: file.seed, ...prepare, ...where }, weights);
    checkPrepared(made);
    return made;
  });
  const { loss } = file;
  if (loss !== null) session.loss = asFile(at, () => lossFrom(loss.name, loss.config));
  session.metrics = (file.metrics ?? []).flatMap((name) => metricFrom(name) ?? []);
  session.steps = file.trained.steps;
  session.epochs = file.trained.epochs;
  return new Model(session);
}

/** The caller's own makers of layers, as plain data. */
function makersOf(layers: unknown): Readonly<Record<string, LayerMaker>> {
  const own = ownOf('load: layers', layers as Readonly<Record<string, LayerMaker>>, []);
  for (const [kind, make] of Object.entries(own)) checkFunction('load: layers', kind, make);
  return own;
}

/** Refuses preprocessing whose rows the layers cannot take, or with other classes than there are outputs. */
function checkPrepared({ prepare, network }: Session): void {
  if (prepare === undefined) return;
  const { inputShapes, outputShapes } = network;
  if (inputShapes.length === 1 && !sameShape(inputShapes[0]!, [prepare.width])) {
    throw new ShapeError(`the preprocessing gives rows of ${prepare.width}, and the model takes others`, {
      wanted: showShape(inputShapes[0]!),
    });
  }
  const [count, width] = [prepare.classes.length, sizeOf(outputShapes[0]!)];
  if (outputShapes.length > 1 || count === 0 || width === count || (count === 2 && width === 1)) return;
  throw new ShapeError(`the preprocessing knows ${count} classes, and the model has ${width} outputs`);
}

function weightsOf(bytes: Uint8Array, at: string): Record<string, Weight> {
  const { tensors } = decodeSafetensors(bytes, { at });
  const weights: Record<string, Weight> = Object.create(null);
  for (const [name, { shape, data }] of tensors) {
    if (!(data instanceof Float32Array)) throw new FileError(`${name} must hold floats`, { at });
    weights[name] = { shape, data };
  }
  return weights;
}

function wiringOf(file: ModelFile, custom: Readonly<Record<string, LayerMaker>>, at: string): Wiring {
  const made = new Map<string, Layer>();
  const calls = file.calls.map(({ name, kind, config, inputs }) => {
    const make = (): Layer => layerFrom(kind, config, name, custom);
    const own = layerKinds.includes(kind) && !Object.hasOwn(custom, kind);
    // A kind that nobody knows is the caller's affair, options that a kind of glia's refuses are the file's.
    const layer = made.get(name) ?? (own ? asFile(at, make) : make());
    checkLayer(`load: what layers["${kind}"] makes`, layer);
    made.set(name, layer);
    return { name, layer, inputs };
  });
  return { inputs: file.inputs, calls, outputs: file.outputs };
}

/** Runs `make`; what it refuses is the fault of the file at `at`. */
function asFile<T>(at: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (!(error instanceof GliaError) || error instanceof BackendError) throw error;
    throw new FileError(`the file does not describe a model: ${error.message}`, { at }, error);
  }
}
