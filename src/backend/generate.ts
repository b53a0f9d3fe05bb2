import type { Row, RowPlan } from './row.ts';

/** Number of functions made so far. */
let made = 0;

/**
 * A row as one loop, in a function of its own made from text: what it calls for an element never changes there, so V8
 * puts it in line, and what passes from op to op is not written to memory. The text consists of the words below and
 * of whole numbers. Absent where making functions from text is forbidden.
 */
export function generateRow(plan: RowPlan): Row | undefined {
  const text = textOf(plan);
  // V8 keeps what it knows of callees by text, so no two functions may have the same.
  made++;
  try {
    const make = new Function('maps', `'use strict'; /* row ${made} */ ${text}`) as (
      maps: readonly unknown[],
    ) => Row;
    return make(plan.body.map(({ map }) => map));
  } catch (error) {
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

/** For value k, `vk` is the value, `mk` what computes it, and `xk`, `pk` are array and position of slot k. */
function textOf({ strides, body, outputs, precision }: RowPlan): string {
  const first = strides.length;
  const load = (k: number, at: string): string => `const v${k} = x${k}[${at}];`;
  const call = (k: number, args: readonly number[]): string => {
    const value = `m${k}(${args.map((arg) => `v${arg}`).join(', ')})`;
    return `const v${k} = ${precision === 'float32' ? `Math.fround(${value})` : value};`;
  };
  const slots = [...strides, ...outputs].map((_, s) => `const x${s} = data[${s}], p${s} = at[${s}];`);
  const once = strides.flatMap((stride, k) => (stride === 0 ? [load(k, `p${k}`)] : []));
  const each = [
    ...strides.flatMap((stride, k) => {
      if (stride === 0) return [];
      return [load(k, stride === 1 ? `p${k} + i` : `p${k} + i * ${Math.trunc(stride)}`)];
    }),
    ...body.map(({ args }, i) => call(first + i, args)),
    ...outputs.map((value, o) => `x${first + o}[p${first + o} + i] = v${value};`),
  ];
  return [
    ...body.map((_, i) => `const m${first + i} = maps[${i}];`),
    'return function row(data, at, n) {',
    ...slots,
    ...once,
    'for (let i = 0; i < n; i++) {',
    ...each,
    '}',
    '};',
  ].join('\n');
}
