export type { NumericArray } from '../base/dtype.ts';
export { type Batch, type Batches, type BatchOptions, batches, epochOrder } from './batches.ts';
export type { ColumnNote } from './column-notes.ts';
export { type ColumnsSpec, columns } from './columns.ts';
export type {
  CategoricalOptions,
  ColumnsOptions,
  ColumnsPlan,
  DateOptions,
  DatePlan,
  NumericOptions,
  TargetOptions,
  TargetPlan,
} from './columns-plan.ts';
export { type CsvOptions, parseCsv } from './csv.ts';
export { type CsvFileOptions, readCsv } from './csv-file.ts';
export type { DatePart } from './date-input.ts';
export { type DateOrder, type Moment, readDate } from './dates.ts';
export { type IdxArray, type IdxData, type IdxOptions, parseIdx, readIdx } from './idx.ts';
export {
  type DroppedColumn,
  type InferOptions,
  type InferredColumns,
  inferColumns,
  type Task,
} from './infer.ts';
export { toLabels } from './labels.ts';
export { type Data, type Matrix, type Nested, toMatrix } from './matrix.ts';
export {
  type ColumnReport,
  type FeatureGroup,
  Prepared,
  type PreparedData,
  type PreparedInputs,
} from './prepared.ts';
export type { PreparedJson } from './prepared-json.ts';
export type { Scaling } from './scale.ts';
export { type Labels, type SplitIndices, type SplitOptions, splitIndices } from './split.ts';
export {
  type Cell,
  type CellValue,
  type Column,
  type ColumnType,
  type NumberColumn,
  type Row,
  Table,
  type TableSplit,
  type TableSplitOptions,
  type TextColumn,
} from './table.ts';
export type { Aggregate, Aggregation, Groups } from './table-groups.ts';
export type { JoinOptions } from './table-join.ts';
export type { SortOptions } from './table-sort.ts';
export type { Target } from './target.ts';
export type { UnknownCells } from './unknown.ts';
