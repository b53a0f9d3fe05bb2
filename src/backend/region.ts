import type { NumberArray, Precision } from '../base/dtype.ts';
import { BackendError } from '../base/errors.ts';
import { sizeOf, stridesOf } from '../base/shape.ts';
import { unbundled } from '../ir/bundle.ts';
import { findOp, type View } from '../ir/op.ts';
import type { Region } from '../ir/program.ts';
import { generateRow } from './generate.ts';
import { interpretRow, type Row, type RowPlan } from './row.ts';

/** Rows by what they compute. A function takes some milliseconds to become fast, so regions alike share one. */
const rows = new Map<string, Row>();

/** A region bound to its memory: it runs row by row, where a row lies along the last axis. */
export function bindRegion(
  { dims, inputs, body: bundled, outputs }: Region,
  views: readonly View[],
  precision: Precision,
): () => void {
  const body = unbundled(bundled, inputs.length);
  const data = [...inputs, ...outputs].map(({ buffer }) => views[buffer]!.data);
  const strides = [...inputs.map((input) => input.strides), ...outputs.map(() => stridesOf(dims))];
  const row = rowFor(
    {
      strides: inputs.map((input) => input.strides.at(-1)!),
      body: body.map(({ op, args }) => ({ map: mapOf(op), args })),
      outputs: outputs.map(({ value }) => value),
      precision,
    },
    body.map(({ op }) => op),
  );
  return eachRow(row, data, strides, dims);
}

function mapOf(op: string): RowPlan['body'][number]['map'] {
  const map = findOp(op)?.map;
  if (map === undefined) throw new BackendError(`${op} is not an elementwise op`);
  return map;
}

function rowFor(plan: RowPlan, ops: readonly string[]): Row {
  const key = JSON.stringify([plan, ops]);
  const known = rows.get(key);
  if (known !== undefined) return known;
  const row = generateRow(plan);
  // One that is interpreted has memory of its own, which is not to outlive its program.
  if (row === undefined) return interpretRow(plan);
  rows.set(key, row);
  return row;
}

/** Runs `row` along the last axis for each index of the others. */
function eachRow(
  row: Row,
  data: readonly NumberArray[],
  strides: readonly (readonly number[])[],
  dims: readonly number[],
): () => void {
  const length = dims.at(-1)!;
  const outer = dims.slice(0, -1);
  const count = sizeOf(outer);
  const at = data.map(() => 0);
  const index = outer.map(() => 0);
  return () => {
    for (let r = 0; r < count; r++) {
      row(data, at, length);
      advance(index, outer, at, strides);
    }
  };
}

/** Moves `index` to the next row, and each position with it; after the last row all begin again. */
function advance(
  index: number[],
  dims: readonly number[],
  at: number[],
  strides: readonly (readonly number[])[],
): void {
  for (let axis = dims.length - 1; axis >= 0; axis--) {
    const wraps = ++index[axis]! === dims[axis]!;
    const moved = wraps ? 1 - dims[axis]! : 1;
    if (wraps) index[axis] = 0;
    for (let k = 0; k < at.length; k++) at[k]! += moved * strides[k]![axis]!;
    if (!wraps) return;
  }
}
