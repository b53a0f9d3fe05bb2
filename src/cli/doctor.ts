import { type Command, type Context, EXIT, SHARED_OPTIONS } from './command.ts';
import { examineApart } from './doctor-apart.ts';
import { printReport } from './doctor-print.ts';

const { json, help } = SHARED_OPTIONS;

/** `glia doctor`: whether the native backend works here, why not, and what to do. */
export const doctorCommand: Command = {
  name: 'doctor',
  usage: '[--json]',
  summary: 'say whether the native backend works, why not, and what to do',
  description: [
    'Looks at the machine, the addon, the BLAS, threads and variables, trains a small network natively and in',
    'TypeScript, and measures a matrix product. It takes about two seconds. The exit code is 0 when the',
    'native backend works, else 1. The keys of --json stay from release to release.',
  ].join('\n'),
  positionals: [],
  options: { json, help },
  run,
};

async function run({ args, out }: Context): Promise<number> {
  const report = await examineApart();
  if (args.has('json')) out.line(JSON.stringify(report));
  else printReport(report, out);
  return report.ok ? EXIT.fine : EXIT.failed;
}
