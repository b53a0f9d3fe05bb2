import type { Proponent, ProponentsData } from '../proponents.ts';
import type { MemorizationResult } from './bars.ts';
import { filled, methodOf, type ResultOptions, rowAt, type Shaped } from './result.ts';

/** What `influence` gives. */
export interface InfluenceResult {
  readonly method: 'influence';
  /** `[train, test]` */
  readonly values: Shaped;
}

/** The training rows behind one test row, or those that weigh most on themselves; other data as they are. */
export function proponentsOf(
  where: string,
  data: ProponentsData | InfluenceResult | MemorizationResult,
  { row = 0 }: ResultOptions,
): ProponentsData {
  const method = methodOf(data);
  if (method !== 'influence' && method !== 'memorization') return data as ProponentsData;
  const values = filled(where, (data as InfluenceResult | MemorizationResult).values);
  const [train = 0, test = 1] = values.shape;
  const j = method === 'influence' ? rowAt(where, row, test) : 0;
  const rows = Array.from(
    { length: train },
    (_, i): Proponent => ({ name: `row ${i}`, influence: values.data[i * test + j]! }),
  );
  return { rows, outputName: method === 'influence' ? `row ${j}` : 'themselves' };
}
