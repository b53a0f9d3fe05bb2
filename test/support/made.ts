import * as losses from '../../src/loss/index.ts';
import * as optim from '../../src/optim/index.ts';
import { neededOptions } from './right-arguments.ts';
import { exportsOf } from './sources.ts';

/** What an entry point exports that makes such a thing out of options. */
function namesOf(path: string, type: string): string[] {
  const all = exportsOf(path).filter(
    ({ returns, text }) => returns === type && /^[^(]*\w\(\s*options\b/.test(text.replace(/^export /, '')),
  );
  return [...new Set(all.map(({ name }) => name))];
}

type Maker<T> = (options?: object) => T;

/** Names of all optimizers. */
export const optimizerNames: readonly string[] = namesOf('src/optim/index.ts', 'Optimizer');
/** Names of all schedules that take options: all but `constant`. */
export const scheduleNames: readonly string[] = namesOf('src/optim/index.ts', 'Schedule');
/** Names under which the losses are exported. */
export const exportedLosses: readonly string[] = namesOf('src/loss/index.ts', 'Loss');

const made = (name: string) => Reflect.get(optim, name) as Maker<optim.Optimizer>;

/**
 * Every optimizer with its usual options, and those whose options change what they carry; `decay` where they have a weight
 * decay. More options go over these.
 */
export function optimizers(
  decay?: number,
): readonly (readonly [string, (more?: object) => optim.Optimizer])[] {
  const decayed = (make: Maker<optim.Optimizer>, own: object = {}) => {
    const weightDecay = decay !== undefined && 'weightDecay' in make().config ? { weightDecay: decay } : {};
    return (more: object = {}) => make({ ...own, ...weightDecay, ...more });
  };
  return [
    ...optimizerNames.map((name) => [name, decayed(made(name))] as const),
    ['sgd with momentum', decayed(optim.sgd, { momentum: 0.9 })],
    ['sgd with dampening', decayed(optim.sgd, { momentum: 0.9, dampening: 0.1 })],
    ['sgd with nesterov', decayed(optim.sgd, { momentum: 0.9, nesterov: true })],
    ['centred rmsprop', decayed(optim.rmsprop, { centered: true })],
    ['centred rmsprop with momentum', decayed(optim.rmsprop, { momentum: 0.9, centered: true })],
    ['amsgrad', decayed(optim.adam, { amsgrad: true })],
  ];
}

/** Every schedule, with the options that it does not go without. */
export const schedules: readonly (readonly [string, optim.Schedule])[] = [
  ...scheduleNames.map((name) => {
    const make = Reflect.get(optim, name) as (options: object) => optim.Schedule;
    // What it says of `to` is what every learning rate is told.
    return [name, make(name === 'warmup' ? { steps: 5, to: 0.1 } : neededOptions(make, {}))] as const;
  }),
  ['constant', optim.constant(0.1)],
];

/** Every loss by its name, as it is exported. */
export const lossMakers: readonly (readonly [string, Maker<losses.Loss>])[] = exportedLosses.map(
  (name) => [name, Reflect.get(losses, name) as Maker<losses.Loss>] as const,
);
