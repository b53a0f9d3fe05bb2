export { type Batch, type Batches, type BatchOptions, batches, epochOrder } from './batches.ts';
export {
  type CategoricalOptions,
  type ColumnsOptions,
  type ColumnsSpec,
  columns,
  type NumericOptions,
  type TargetOptions,
} from './columns.ts';
export { type CsvOptions, parseCsv } from './csv.ts';
export { type CsvFileOptions, readCsv } from './csv-file.ts';
export { toLabels } from './labels.ts';
export { type Data, type Matrix, type Nested, type NumericArray, toMatrix } from './matrix.ts';
export { type FeatureGroup, Prepared, type PreparedData } from './prepared.ts';
export type { PreparedJson } from './prepared-json.ts';
export { type Labels, type SplitIndices, type SplitOptions, splitIndices } from './split.ts';
export {
  type Cell,
  type Column,
  type ColumnType,
  type NumberColumn,
  type Row,
  Table,
  type TableSplit,
  type TableSplitOptions,
  type TextColumn,
} from './table.ts';
export type { Target } from './target.ts';
