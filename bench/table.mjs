/** @typedef {Readonly<Record<string, any>>} Line */
/** @typedef {readonly (readonly [heading: string, cell: (line: Line) => string])[]} Columns */

/** Three digits that mean something. @param {number} value */
const digits = (value) =>
  value >= 1000 ? Math.round(value).toLocaleString('en-US') : String(Number(value.toPrecision(3)));
/** @param {number | null} share */
const percent = (share) => (share === null ? '' : `${Number((100 * share).toPrecision(2))} %`);
/** @param {number} bytes */
const size = (bytes) => (bytes < 2 ** 20 ? `${bytes / 1024} KB` : `${bytes / 2 ** 20} MB`);
/** @param {{ median: number, worst: number }} times */
const latency = ({ median, worst }) => `${digits(median)} / ${digits(worst)}`;

/** @type {Columns} */
const RATES = [
  ['us/step', ({ us }) => digits(us)],
  ['best', ({ bestUs }) => digits(bestUs)],
  ['steps/s', ({ steps }) => digits(steps)],
  ['samples/s', ({ samples }) => digits(samples)],
  ['GFLOP/s', ({ gflops }) => digits(gflops)],
  ['busy', ({ busy }) => busy.toFixed(1)],
  ['share', ({ share }) => percent(share)],
  ['of', ({ by }) => by ?? ''],
];

/** How each kind of line is shown. @type {Readonly<Record<string, Columns>>} */
const TABLES = {
  limit: [
    ['limit', ({ limit, bytes }) => (bytes === undefined ? limit : `${limit}, ${size(bytes)} a thread`)],
    ['threads', ({ threads }) => String(threads)],
    ['value', rateOf],
  ],
  product: [
    ['product', ({ shape, layout }) => `${shape} ${layout}`],
    ['threads', ({ threads }) => String(threads)],
    ['GFLOP/s', ({ gflops }) => digits(gflops)],
    ['best', ({ best }) => digits(best)],
    ['busy', ({ busy }) => busy.toFixed(1)],
    ['share', ({ share }) => percent(share)],
    ['of', ({ by }) => by ?? ''],
  ],
  workload: [
    ['workload', ({ workload, about }) => `${workload} ${about}`],
    ['by', ({ how }) => how],
    ...RATES,
  ],
  growth: [['batch', ({ batch }) => String(batch)], ['width', ({ width }) => String(width)], ...RATES],
  loop: [
    ['during', ({ during }) => during],
    ['ticks', ({ ticks, expected }) => `${ticks} of ${expected}`],
    ['longest stall, ms', ({ stall }) => digits(stall)],
    ['at the start, ms', ({ startStall }) => digits(startStall)],
    ['fs.stat, ms (median / worst)', ({ stat }) => latency(stat)],
    ['dns.lookup, ms', ({ lookup }) => latency(lookup)],
  ],
  coverage: [
    ['standard error', ({ claim }) => claim.replace(/\.stdError$/, '')],
    ['of', ({ of }) => of],
    ['samples', ({ samples }) => String(samples)],
    ['seeds', ({ seeds }) => String(seeds)],
    ['held by 95 % intervals', ({ covered }) => `${(100 * covered).toFixed(1)} %`],
  ],
  callbacks: [
    ['workload', ({ workload }) => workload],
    ['callbacks', ({ callbacks }) => callbacks.join(', ')],
    ['time of a step, without = 1', ({ ratio }) => ratio.toFixed(3)],
    ['least / most', ({ least, most }) => `${least.toFixed(3)} / ${most.toFixed(3)}`],
  ],
  sizes: [
    ['by', ({ how }) => how],
    ['sizes in turn', ({ sizes }) => `1 to ${sizes}`],
    ['us/call', ({ us }) => digits(us)],
    ['of one size', ({ oneUs }) => digits(oneUs)],
    ['time, of one size = 1', ({ ratio }) => `${ratio.toFixed(2)}, wanted at most 1.5`],
  ],
  explained: [
    ['workload', ({ workload, about }) => `${workload} ${about}`],
    ['standard error', ({ claim }) => claim.replace(/\.stdError$/, '')],
    ['rows', ({ rows }) => String(rows)],
    ['ms/call', ({ ms }) => digits(ms)],
    ['best', ({ bestMs }) => digits(bestMs)],
    ['wanted', ({ most }) => (most === undefined ? '' : `at most ${most}`)],
    ['rows/s', ({ ms, rows }) => digits((1000 * rows) / ms)],
    ['busy', ({ busy }) => busy.toFixed(1)],
  ],
  memory: [
    ['workload', ({ workload, about }) => `${workload} ${about}`],
    ['peak memory, MB', ({ peak }) => digits(peak)],
    ['of it data, MB', ({ data }) => (data === undefined ? '' : digits(data))],
  ],
  growing: [
    ['workload', ({ workload }) => workload],
    ['after steps', ({ steps }) => steps.map(digits).join(' / ')],
    ['memory, MB', ({ resident }) => resident.map(digits).join(' / ')],
  ],
  skipped: [
    [
      'left out',
      ({ section, workload = '', during = '', batch = '', width = '' }) =>
        [section, workload, during, batch, width].filter(Boolean).join(' '),
    ],
    ['why', ({ why }) => why],
  ],
};

/** @param {Line} line */
function rateOf({ gflops, ns, read, triad }) {
  if (gflops !== undefined) return `${digits(gflops)} GFLOP/s`;
  return ns === undefined ? `${digits(read)} GB/s read, ${digits(triad)} GB/s triad` : `${digits(ns)} ns`;
}

/**
 * The lines as tables in Markdown, one for each kind.
 *
 * @param {readonly Line[]} lines
 */
export function tablesOf(lines) {
  return Object.entries(TABLES)
    .map(([kind, columns]) =>
      tableOf(
        columns,
        lines.filter(({ what }) => what === kind),
      ),
    )
    .filter((table) => table !== '')
    .join('\n\n');
}

/**
 * @param {Columns} columns
 * @param {readonly Line[]} lines
 */
function tableOf(columns, lines) {
  if (lines.length === 0) return '';
  const rows = [
    columns.map(([heading]) => heading),
    ...lines.map((line) => columns.map(([, cell]) => cell(line))),
  ];
  const widths = columns.map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  const text = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [text[0], rule, ...text.slice(1)].join('\n');
}
