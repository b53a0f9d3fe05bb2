/** The machinery under the API, for those who build on it. It may change with every release: `glia/unstable`. */
export type { Arrays, Backend, BackendName, Runnable, Slot, Storage } from './backend/backend.ts';
export { loadBackend } from './backend/load.ts';
export { createReference } from './backend/reference.ts';
export { type CompileOptions, compile, type Graph } from './compile/compile.ts';
export { defineCheckedOp as defineOp } from './ir/definition.ts';
export { allFusions, defineFusion } from './ir/fusion.ts';
export { allOps, apply, type OpDefinition, type OpEntry, signature } from './ir/op.ts';
export { printGraph, printProgram } from './ir/print.ts';
export type { Program, Step } from './ir/program.ts';
export { constant, fed, stored } from './ir/tensor.ts';
