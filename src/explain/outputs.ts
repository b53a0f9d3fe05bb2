import { OptionError } from '../base/errors.ts';
import type { ExplainOptions, Target } from './options.ts';
import type { Subject } from './subject.ts';

/** Options of methods that say something about an output over many rows. */
export interface OutputOptions extends Omit<ExplainOptions, 'target'> {
  /** An output by number or by the name of its class, or all of them. Default `'all'`. */
  readonly target?: 'all' | Target;
}

/**
 * Options for a subject whose outputs are looked at over many rows.
 *
 * @throws {OptionError} for a target that would differ from row to row.
 */
export function overRows(where: string, { target = 'all', ...rest }: OutputOptions): ExplainOptions {
  if ((target as unknown) === 'predicted' || Array.isArray(target)) {
    throw new OptionError(`${where}: which output is predicted differs from row to row`, {
      hint: "name one output, or take 'all'",
    });
  }
  return { ...rest, target };
}

/** The outputs that are asked for, by number. */
export function askedOutputs(subject: Subject): number[] {
  const { all, outputs } = subject;
  return all ? Array.from({ length: outputs }, (_, k) => k) : [subject.targets([])[0]!];
}
