import { readGiven } from '../base/check.ts';
import { OptionError } from '../base/errors.ts';
import { replaceFolder } from '../io/replace.ts';
import { safetensorsPieces } from '../io/safetensors.ts';
import { type Loss, lossNames } from '../loss/index.ts';
import { type Layer, layerFrom, layerKinds } from '../nn/index.ts';
import { savedNames } from './metrics/table.ts';
import type { ModelFile } from './model-file.ts';
import type { Session } from './session.ts';

/** Writes a model as a folder, switched in by one rename. */
export async function saveModel(session: Session, path: string): Promise<void> {
  // A model that cannot be saved is refused at once.
  let description = describe(session);
  // Of the same moment as the weights, which wait for the calls before.
  const weights = await session.readWeights(() => {
    description = describe(session);
  });
  await replaceFolder(path, {
    'model.json': `${readGiven('save: the configuration of a layer', () => JSON.stringify(description, null, 2))}\n`,
    'weights.safetensors': safetensorsPieces(weights, { format: 'pt' }),
  });
}

function describe(session: Session): ModelFile {
  const { network, seed, steps, epochs, loss, metrics, prepare, wiring } = session;
  return {
    format: 'glia.model',
    version: 1,
    seed,
    trained: { steps, epochs },
    inputs: network.inputShapes,
    calls: wiring.calls.map(({ layer, name, inputs }) => {
      if (layer.kind === 'custom') {
        throw new OptionError(`save: layer ${name} is custom and has no kind`, {
          at: name,
          hint: 'give layer({ kind, config, … }) and load(path, { layers: { [kind]: (config) => … } })',
        });
      }
      if (layerKinds.includes(layer.kind)) checkReadable(layer, name);
      return { name, kind: layer.kind, config: layer.config, inputs };
    }),
    outputs: wiring.outputs,
    loss: describeLoss(loss),
    metrics: savedNames(metrics),
    prepare: prepare?.toJSON() ?? null,
  };
}

/** A loss of the program's own is not saved; `evaluate` then asks for one. */
function describeLoss(loss: Loss | undefined): ModelFile['loss'] {
  if (loss?.config === undefined || !lossNames.includes(loss.name)) return null;
  return { name: loss.name, config: loss.config };
}

/** What `load` could not make again is refused now, while the model is still there. */
function checkReadable({ kind, config }: Layer, name: string): void {
  try {
    readGiven('its configuration', () => layerFrom(kind, JSON.parse(JSON.stringify(config)), name, {}));
  } catch (error) {
    if (!(error instanceof OptionError)) throw error;
    throw new OptionError(`save: layer ${name} could not be loaded again: ${error.message}`, {
      at: name,
      hint: 'an activation of your own goes into layer({ kind, apply })',
    });
  }
}
