import { styleText } from 'node:util';
import { readGiven } from '../base/check.ts';
import { OptionError } from '../base/errors.ts';
import { checkOptions } from '../base/options.ts';
import { checkNumber } from '../base/ranges.ts';
import { visible } from '../base/visible.ts';
import type { Callback, EpochEvent, Run, StepEvent } from './callback.ts';

/** Where progress is written: a stream such as `process.stderr`. */
export interface ProgressStream {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly write: (text: string) => unknown;
}

/** Options of {@link progress}. */
export interface ProgressOptions {
  /** Default `process.stderr`. */
  readonly stream?: ProgressStream;
  /** Without a terminal: write a line every so many epochs. Default: ten lines in all. */
  readonly every?: number;
}

const BAR = 24;
/** A terminal line is drawn at most this often, in milliseconds. */
const FRAME = 80;

/**
 * Shows how far a run is: on a terminal one line with a bar, redrawn in place; elsewhere a line now and then.
 *
 * @throws {OptionError} for unknown options, and for a stream that cannot be written to.
 * @example
 * await net.fit(x, y, { loss: 'mse', callbacks: [progress()] });
 */
export function progress(options: ProgressOptions = {}): Callback {
  const { stream = process.stderr, every: wanted } = checkOptions('progress', options, ['stream', 'every']);
  const isWritable = readGiven('progress: stream', () => typeof stream?.write === 'function');
  if (!isWritable) throw new OptionError('progress: stream must have a method write');
  if (wanted !== undefined) checkNumber('progress', 'every', wanted, { least: 1, whole: true });
  let started = 0;
  let drawn = 0;
  let shown: readonly string[] = [];
  let last = '';
  const draw = (event: StepEvent, run: Run): void => {
    const now = performance.now();
    if (!stream.isTTY || now - drawn < FRAME) return;
    drawn = now;
    const done = (event.epoch - 1 + event.step / event.steps) / run.epochs;
    const filled = Math.round(done * BAR);
    const bar = styleText('cyan', '━'.repeat(filled)) + styleText('gray', '━'.repeat(BAR - filled));
    const left = ((now - started) / 1000) * (1 / Math.max(done, 1e-9) - 1);
    const text = `epoch ${event.epoch}/${run.epochs} ${bar} loss ${event.loss.toPrecision(4)} ${last}${eta(left)}`;
    stream.write(`\r\x1b[K${text}`);
  };
  return {
    name: 'progress',
    onBegin(run) {
      started = performance.now();
      shown = run.logged;
    },
    onStep: draw,
    onEpoch({ logs }: EpochEvent, run) {
      last = `${numbers(
        logs,
        shown.filter((name) => name !== 'loss'),
      )} `;
      const every = wanted ?? Math.max(1, Math.ceil(run.epochs / 10));
      if (stream.isTTY || (logs.epoch % every !== 0 && logs.epoch !== run.epochs)) return;
      stream.write(`epoch ${logs.epoch}/${run.epochs}  ${numbers(logs, shown)}\n`);
    },
    onEnd({ history }) {
      const { final, stopReason, epochs } = history;
      if (stream.isTTY) stream.write('\r\x1b[K');
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      stream.write(
        `${epochs.length} epochs in ${seconds} s, ${visible(stopReason)}  ${numbers(final, shown)}\n`,
      );
    },
  };
}

function numbers(logs: Readonly<Record<string, number>>, names: readonly string[]): string {
  return names
    .filter((name) => logs[name] !== undefined)
    .map((name) => `${name} ${logs[name]!.toPrecision(4)}`)
    .join('  ');
}

function eta(seconds: number): string {
  return seconds < 60 ? `${Math.ceil(seconds)} s left` : `${Math.ceil(seconds / 60)} min left`;
}
