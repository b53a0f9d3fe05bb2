/** Callbacks for `fit`: the entry point `glia/callbacks`. */
export {
  type AttributionEpoch,
  type AttributionLog,
  type AttributionLogOptions,
  attributionLog as attribution,
} from './explain/attribution-log.ts';
export * from './train/callbacks.ts';
