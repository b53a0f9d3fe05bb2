import { Random } from '../../src/base/random.ts';
import { encodeSafetensors } from '../../src/io/safetensors.ts';
import { file, randomTensors } from './safetensors-files.ts';

const FRAGMENTS = [
  '"',
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '\\',
  '\\u0000',
  ' ',
  '-',
  '.',
  'e',
  '0',
  '9',
  '\0',
  '\xff',
  '[[[[',
];
const NUMBERS = [
  '0',
  '1',
  '4',
  '8',
  '-1',
  '1.5',
  '4294967296',
  '9007199254740991',
  '9007199254740993',
  '1e9',
];
const WORDS = [
  '"F32"',
  '"I32"',
  '"F16"',
  '"BF16"',
  '"F64"',
  '"I64"',
  '"U8"',
  '"__proto__"',
  '"__metadata__"',
  'null',
];

type Mutation = (bytes: Buffer, random: Random) => Buffer;

const pick = <T>(random: Random, from: readonly T[]): T => from[random.integer(from.length)]!;
const place = (bytes: Buffer, random: Random) => random.integer(bytes.length + 1);

/** Replaces one match in the header, whose stated length follows. */
function inHeader(bytes: Buffer, random: Random, pattern: RegExp, by: readonly string[]): Buffer {
  const end = 8 + Number(bytes.readBigUInt64LE());
  const header = bytes.subarray(8, end).toString('latin1');
  const matches = [...header.matchAll(pattern)];
  if (matches.length === 0) return bytes;
  const match = pick(random, matches);
  const changed =
    header.slice(0, match.index) + pick(random, by) + header.slice(match.index + match[0].length);
  return Buffer.from(file(Buffer.from(changed, 'latin1'), bytes.subarray(end)));
}

const MUTATIONS: readonly Mutation[] = [
  function flipBit(bytes, random) {
    const at = random.integer(bytes.length);
    bytes[at] = bytes[at]! ^ (1 << random.integer(8));
    return bytes;
  },
  function setByte(bytes, random) {
    bytes[random.integer(bytes.length)] = random.integer(256);
    return bytes;
  },
  function cutOff(bytes, random) {
    return bytes.subarray(0, place(bytes, random));
  },
  function takeOut(bytes, random) {
    const at = place(bytes, random);
    return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + random.integer(20))]);
  },
  function repeat(bytes, random) {
    const at = place(bytes, random);
    const end = at + random.integer(60);
    return Buffer.concat([bytes.subarray(0, end), bytes.subarray(at)]);
  },
  function putIn(bytes, random) {
    const at = place(bytes, random);
    return Buffer.concat([
      bytes.subarray(0, at),
      Buffer.from(pick(random, FRAGMENTS), 'latin1'),
      bytes.subarray(at),
    ]);
  },
  function changeLength(bytes, random) {
    if (bytes.length >= 8)
      bytes.writeBigUInt64LE(BigInt(pick(random, [0, 1, 8, bytes.length - 8, 100_000_001, random.word()])));
    return bytes;
  },
  (bytes, random) => (bytes.length < 8 ? bytes : inHeader(bytes, random, /\d+/g, NUMBERS)),
  (bytes, random) => (bytes.length < 8 ? bytes : inHeader(bytes, random, /"[^"]*"/g, WORDS)),
  (bytes, random) => (bytes.length < 8 ? bytes : inHeader(bytes, random, /[{}[\],:]/g, FRAGMENTS)),
];

/** A valid file with one to three mutations. */
export function mutant(seed: number): Buffer {
  const random = Random.of(seed, 'mutant');
  let bytes: Buffer = Buffer.from(encodeSafetensors(randomTensors(random), { epoch: '3' }));
  for (let i = random.integer(3); i >= 0 && bytes.length > 0; i--)
    bytes = pick(random, MUTATIONS)(bytes, random);
  return bytes;
}
