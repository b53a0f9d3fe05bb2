import { choose } from '../base/options.ts';
import type { Activation } from './activations.ts';
import { activationOf } from './activations.ts';
import { denseFrom } from './dense.ts';
import { dropout } from './dropout.ts';
import type { Layer } from './layer.ts';
import { add, concat } from './merge.ts';
import { batchNorm, layerNorm } from './norm.ts';
import { activation, flatten, reshape } from './shape-layers.ts';

type Config = Readonly<Record<string, unknown>>;

/** Makes a layer again from its kind, saved options and name. */
export type LayerMaker = (config: Config, name: string) => Layer;

/** How each kind of layer is made again when a model is loaded. */
const makers: Readonly<Record<string, LayerMaker>> = {
  dense: denseFrom,
  activation: (config, name) => activation(activationOf(config['activation'] as Activation), { name }),
  flatten: (_config, name) => flatten({ name }),
  reshape: (config, name) => reshape(config['shape'] as number[], { name }),
  dropout: (config, name) => dropout(config['rate'] as number, { name }),
  batchNorm: (config, name) => batchNorm({ ...config, name }),
  layerNorm: (config, name) => layerNorm({ ...config, name }),
  add: (_config, name) => add({ name }),
  concat: (config, name) => concat({ axis: config['axis'] as number, name }),
};

/**
 * The layer that a saved kind and configuration describe; `custom` holds makers of a program's own kinds.
 *
 * @throws {OptionError} when the kind is neither glia's nor in `custom`.
 */
export function layerFrom(
  kind: string,
  config: Config,
  name: string,
  custom: Readonly<Record<string, LayerMaker>>,
): Layer {
  return choose('layer kind', kind, { ...makers, ...custom })(config, name);
}

/** Kinds of layer that a saved model may hold without further help. */
export const layerKinds: readonly string[] = Object.keys(makers);

export type { Activation, ActivationName } from './activations.ts';
export * as activations from './activations.ts';
export { type CustomLayer, type CustomParam, type InputShape, layer } from './custom.ts';
export { type DenseOptions, dense } from './dense.ts';
export { dropout } from './dropout.ts';
export type { Initializer, InitializerName } from './init.ts';
export * as init from './init.ts';
export {
  type CallContext,
  input,
  type Layer,
  type Node,
  type ParamSpec,
  type StateSpec,
} from './layer.ts';
export { add, concat } from './merge.ts';
export {
  type BuiltCall,
  between,
  chain,
  Network,
  type Param,
  STEP,
  type State,
  type Traced,
  type Wiring,
} from './network.ts';
export { type BatchNormOptions, batchNorm, type LayerNormOptions, layerNorm } from './norm.ts';
export { l1, l1l2, l2, type Regularizer } from './regularize.ts';
export { activation, flatten, type NameOption, reshape } from './shape-layers.ts';
