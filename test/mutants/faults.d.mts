/** A mistake that the tests must catch. */
export interface Fault {
  readonly name: string;
  readonly file: string;
  /** Stands once in the file. */
  readonly find: string;
  readonly replace: string;
  /** Tests of which one must fail. */
  readonly tests: readonly string[];
  /** Whether the addon must be built again. */
  readonly native?: boolean;
}

export const faults: readonly Fault[];
