import type { BarData } from '../bar.ts';
import {
  attributionIn,
  type Explained,
  type ExplanationResult,
  explanationIn,
  tableIn,
} from './explanation.ts';
import { methodOf, type ResultOptions, type Shaped } from './result.ts';

interface Mean {
  readonly mean: number;
  readonly stdError: number;
}

/** What `permutationImportance` gives. */
export interface ImportanceResult {
  readonly method: 'permutationImportance';
  readonly features: readonly string[];
  readonly mean: readonly number[];
  readonly stdError: readonly number[];
  readonly metric: string;
  readonly unit?: string;
}

/** What `audit` gives: its importance is drawn. */
export interface AuditResult {
  readonly importance: ImportanceResult;
}

/** What `memorization` gives. */
export interface MemorizationResult {
  readonly method: 'memorization';
  readonly values: Shaped;
  readonly loss: string;
}

/** What `infidelity` and `sensitivity` give: a number for each row. */
export interface RowsResult {
  readonly method: 'infidelity' | 'sensitivity';
  readonly values: Shaped;
  readonly stdError?: Shaped;
}

/** What `sanityCheck` gives. */
export interface SanityResult {
  readonly method: 'sanityCheck';
  readonly stages: readonly { readonly layers: readonly string[]; readonly correlation: Mean }[];
  readonly verdict: string;
}

/** What `shortcut` gives. */
export interface ShortcutResult {
  readonly method: 'shortcut';
  readonly feature: string;
  readonly accuracy: number;
  readonly within: Mean;
  readonly across: Mean;
}

/** What `leakage` gives. */
export interface LeakageResult {
  readonly method: 'leakage';
  readonly columns: readonly {
    readonly column: string;
    readonly measure: string;
    readonly score: number;
  }[];
}

/** What `temperature` gives. */
export interface TemperatureResult {
  readonly method: 'temperature';
  readonly temperature: number;
  readonly nll: { readonly before: number; readonly after: number };
  readonly ece: { readonly before: number; readonly after: number };
}

/** What `neurons` gives. */
export interface NeuronsResult {
  readonly method: 'neurons';
  readonly layers: readonly {
    readonly layer: string;
    readonly neurons: readonly {
      readonly unit: number;
      readonly variance: number;
      readonly lesion?: { readonly output: number };
    }[];
  }[];
}

/** What an `attributionLog` has recorded: its last epoch is drawn. */
export interface AttributionLogResult {
  readonly name: string;
  readonly columns: readonly string[];
  readonly epochs: readonly { readonly epoch: number; readonly importance: readonly number[] }[];
}

/** Results that are bars. */
export type BarResult =
  | Explained
  | ImportanceResult
  | AuditResult
  | MemorizationResult
  | RowsResult
  | SanityResult
  | ShortcutResult
  | LeakageResult
  | TemperatureResult
  | NeuronsResult
  | AttributionLogResult;

/** Bars, what they are called, and whether they stand in the order that they came in. */
export interface Bars {
  readonly data: BarData;
  readonly title?: string;
  readonly ordered?: boolean;
}

/** The bars of a result; data of bars as they are. */
export function barsOf(where: string, data: BarData | BarResult, options: ResultOptions): Bars {
  const explanation = explanationIn(data);
  if (explanation !== undefined) return ofExplanation(where, explanation, options);
  const made = READERS[methodOf(data) ?? ''];
  if (made !== undefined) return made(data as never);
  if (isRecord(data) && 'importance' in data) return ofImportance((data as AuditResult).importance);
  if (isLog(data)) return ofLog(data);
  return { data: data as BarData };
}

function ofExplanation(where: string, explanation: ExplanationResult, options: ResultOptions): Bars {
  const { method, unit, rows } = explanation;
  if (rows === 1 || options.row !== undefined) {
    const { values, names, inputs, outputName } = attributionIn(where, explanation, options);
    return {
      data: { values, names: names!, inputs: inputs!, unit: `attribution, ${unit}` },
      title: `What ${outputName} depends on, by ${method}`,
    };
  }
  const { sizes, names } = tableIn(where, explanation, options);
  return {
    data: { values: sizes, names, unit: `mean |attribution|, ${unit}` },
    title: `What matters, by ${method}`,
  };
}

function ofImportance({ features, mean, stdError, metric, unit: column }: ImportanceResult): Bars {
  const worse = `how much worse ${metric} gets${column === undefined ? '' : `, ${column}`}`;
  const unit = metric === 'loss' ? 'increase of the loss' : worse;
  return {
    data: { values: mean, errors: stdError, names: features, unit },
    title: 'Importance by shuffling',
  };
}

function ofLog({ columns, epochs }: AttributionLogResult): Bars {
  const last = epochs.at(-1);
  return {
    data: {
      values: last?.importance ?? [],
      names: last === undefined ? [] : columns,
      unit: 'mean |attribution|',
    },
    title: last === undefined ? 'What matters' : `What matters after ${last.epoch} epochs`,
  };
}

const rowsOf = ({ data }: Shaped): string[] => Array.from(data, (_, row) => `row ${row}`);

/** By the name that a result carries. */
const READERS: Readonly<Record<string, (result: never) => Bars>> = {
  permutationImportance: ofImportance,
  memorization: ({ values, loss }: MemorizationResult) => ({
    data: { values: values.data, names: rowsOf(values), unit: `self-influence, ${loss}` },
    title: 'Rows that the model has learned by heart',
  }),
  infidelity: ({ values, stdError }: RowsResult) => ({
    data: {
      values: values.data,
      names: rowsOf(values),
      unit: 'infidelity',
      ...(stdError && { errors: stdError.data }),
    },
    title: 'Infidelity of the attributions by row',
  }),
  sensitivity: ({ values }: RowsResult) => ({
    data: { values: values.data, names: rowsOf(values), unit: 'largest relative change' },
    title: 'Sensitivity of the attributions by row',
  }),
  sanityCheck: ({ stages, verdict }: SanityResult) => ({
    data: {
      values: stages.map(({ correlation }) => correlation.mean),
      errors: stages.map(({ correlation }) => correlation.stdError),
      names: stages.map(({ layers }) => `${layers.at(-1) ?? 'none'} and above`),
      unit: 'rank correlation with the attributions of the model',
    },
    title: `Attributions of a model with random layers: ${verdict}`,
    ordered: true,
  }),
  shortcut: ({ feature, accuracy, within, across }: ShortcutResult) => ({
    data: {
      values: [accuracy, within.mean, across.mean],
      errors: [Number.NaN, within.stdError, across.stdError],
      names: ['as it is', 'shuffled within the classes', 'shuffled across the rows'],
      unit: 'accuracy',
    },
    title: `Accuracy with ${feature} shuffled`,
    ordered: true,
  }),
  leakage: ({ columns }: LeakageResult) => ({
    data: {
      values: columns.map(({ score }) => score),
      names: columns.map(({ column, measure }) => `${column} (${measure})`),
      unit: 'score of the column alone',
    },
    title: 'How well each column alone tells the target',
  }),
  temperature: ({ temperature, nll, ece }: TemperatureResult) => ({
    data: {
      values: [nll.before, nll.after, ece.before, ece.after],
      names: [
        'log-likelihood as it is',
        'log-likelihood divided',
        'calibration error as it is',
        'calibration error divided',
      ],
      unit: 'negative log-likelihood in nats, expected calibration error',
    },
    title: `Logits divided by ${Number(temperature.toPrecision(3))}`,
    ordered: true,
  }),
  neurons: ({ layers }: NeuronsResult) => {
    const all = layers.flatMap(({ layer, neurons }) => neurons.map((one) => ({ layer, ...one })));
    const silenced = all.some(({ lesion }) => lesion !== undefined);
    return {
      data: {
        values: all.map(({ lesion, variance }) => (silenced ? (lesion?.output ?? Number.NaN) : variance)),
        names: all.map(({ layer, unit }) => `${layer} unit ${unit}`),
        unit: silenced ? 'mean change of the outputs without the unit' : 'variance of the activation',
      },
      title: 'What each unit does',
    };
  },
};

function isLog(data: unknown): data is AttributionLogResult {
  return isRecord(data) && data['name'] === 'attributionLog' && 'columns' in data && 'epochs' in data;
}

function isRecord(data: unknown): data is Readonly<Record<string, unknown>> {
  return typeof data === 'object' && data !== null;
}
