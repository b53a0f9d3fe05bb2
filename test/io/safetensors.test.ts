import { describe, expect, test } from 'vitest';
import { FileError, OptionError, ShapeError } from '../../src/base/errors.ts';
import { Random } from '../../src/base/random.ts';
import { sizeOf } from '../../src/base/shape.ts';
import { decodeSafetensors, encodeSafetensors, type StoredTensor } from '../../src/io/safetensors.ts';
import { bits, file, randomTensors } from './safetensors-files.ts';

const at = 'net.safetensors';
const decode = (bytes: Uint8Array) => decodeSafetensors(bytes, { at });

/** The only tensor of a file with one tensor of these bytes. */
function decodeOne(dtype: string, shape: number[], data: Uint8Array): StoredTensor {
  const header = { x: { dtype, shape, data_offsets: [0, data.length] } };
  return decode(file(JSON.stringify(header), data)).tensors.get('x')!;
}

/** The value of an IEEE 754 binary16, by its definition. */
function valueOfHalf(half: number): number {
  const sign = half >> 15 === 0 ? 1 : -1;
  const [exponent, fraction] = [(half >> 10) & 31, half & 1023];
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}

describe('against the reference implementation', () => {
  // What safetensors 0.8.0 for Python wrote for these tensors, byte for byte.
  const golden = Buffer.from(
    '\xc8\0\0\0\0\0\0\0' +
      '{"__metadata__":{"format":"pt"},"b":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},' +
      '"w":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},' +
      '"steps":{"dtype":"I32","shape":[],"data_offsets":[16,20]}} ' +
      '\0\0\x80\x3f\0\0\0\xc0\0\0\0\x3f\0\0\0\x80\x07\0\0\0',
    'latin1',
  );
  const tensors = {
    steps: { shape: [], data: Int32Array.of(7) },
    w: { shape: [2, 2], data: Float32Array.of(1, -2, 0.5, -0) },
    b: { shape: [0], data: new Float32Array() },
  };

  test('writes the same bytes', () => {
    expect(Buffer.from(encodeSafetensors(tensors, { format: 'pt' })).toString('latin1')).toBe(
      golden.toString('latin1'),
    );
    expect([...encodeSafetensors({})]).toEqual([8, 0, 0, 0, 0, 0, 0, 0, ...Buffer.from('{}      ')]);
  });

  test('reads what it wrote', () => {
    const { tensors: read, metadata } = decode(golden);
    expect([...read.keys()]).toEqual(['b', 'w', 'steps']);
    expect(Object.fromEntries(read)).toEqual(tensors);
    expect([...metadata]).toEqual([['format', 'pt']]);
  });

  test('reads other element types and escapes as it wrote them', () => {
    const name = 'é\n\u0001\x7f"\\';
    const bytes = Buffer.from(
      '\x98\x01\0\0\0\0\0\0' +
        '{"__metadata__":{"a":"\xc3\xa9\\n\\u0001\x7f\\"\\\\","format":"glia"},' +
        '"\xc3\xa9\\n\\u0001\x7f\\"\\\\":{"dtype":"I64","shape":[1],"data_offsets":[0,8]},' +
        '"d":{"dtype":"F64","shape":[1],"data_offsets":[8,16]},"b":{"dtype":"F32","shape":[0],"data_offsets":[16,16]},' +
        '"w":{"dtype":"F32","shape":[2,2],"data_offsets":[16,32]},"steps":{"dtype":"I32","shape":[],"data_offsets":[32,36]},' +
        '"h":{"dtype":"F16","shape":[1],"data_offsets":[36,38]}}      ' +
        '\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x80\x3f\0\0\0\xc0\0\0\0\x3f\0\0\0\x80\x07\0\0\0\0\x3c',
      'latin1',
    );
    const { tensors: read, metadata } = decode(bytes);
    expect(metadata.get('a')).toBe(name);
    expect(Object.fromEntries(read)).toEqual({
      ...tensors,
      [name]: { shape: [1], data: Int32Array.of(0) },
      d: { shape: [1], data: Float32Array.of(0) },
      h: { shape: [1], data: Float32Array.of(1) },
    });
    const written = encodeSafetensors(
      { [name]: tensors.w, '\u{1f600}': tensors.w, '\uffff': tensors.w },
      metadata,
    );
    // Names go by their UTF-8 bytes, in which what UTF-16 writes as surrogates comes last.
    expect([...decode(written).tensors.keys()]).toEqual([name, '\uffff', '\u{1f600}']);
  });
});

test('random tensors come back bit for bit, whatever their shapes, names and order', () => {
  for (let seed = 0; seed < 200; seed++) {
    const tensors = randomTensors(Random.of(seed, 'tensors'));
    const metadata = new Map([...tensors.keys()].map((name) => [name, `of ${name}`]));
    const bytes = encodeSafetensors(tensors, metadata);
    const read = decode(bytes);
    expect(bits(read.tensors)).toEqual(bits(tensors));
    expect(new Map(read.metadata)).toEqual(metadata);
    expect(encodeSafetensors(new Map([...read.tensors].reverse()), read.metadata)).toEqual(bytes);
  }
});

test('tensors are views of aligned bytes and copies of others', () => {
  const bytes = encodeSafetensors({ x: { shape: [3], data: Float32Array.of(1, 2, 3) } });
  expect(decode(bytes).tensors.get('x')!.data.buffer).toBe(bytes.buffer);
  for (const shift of [1, 2, 3, 5]) {
    const moved = new Uint8Array(bytes.length + shift).subarray(shift);
    moved.set(bytes);
    expect([...decode(moved).tensors.get('x')!.data]).toEqual([1, 2, 3]);
  }
  // A header that is not padded, by a writer that does not align.
  expect([...decodeOne('I32', [2], Uint8Array.of(1, 0, 0, 0, 255, 255, 255, 255)).data]).toEqual([1, -1]);
});

describe('element types that become another', () => {
  const every = Uint16Array.from({ length: 65536 }, (_, i) => i);
  const everyByte = new Uint8Array(every.buffer);

  test('all 65536 values of F16 are exact', () => {
    const { data } = decodeOne('F16', [256, 256], everyByte);
    for (let half = 0; half < 65536; half++) {
      const value = valueOfHalf(half);
      if (!Object.is(data[half], value)) expect([half, data[half]]).toEqual([half, value]);
    }
    const nan = new Uint32Array(data.buffer);
    expect(nan[0x7c01]).toBe(0x7f802000);
    expect(nan[0xfe00]).toBe(0xffc00000);
  });

  test('all 65536 values of BF16 are the upper half of a float32', () => {
    const words = new Uint32Array(decodeOne('BF16', [65536], everyByte).data.buffer);
    expect(words.every((word, i) => word === i * 65536)).toBe(true);
  });

  test('F64 is rounded, I64 must fit', () => {
    const doubles = Float64Array.of(0.1, -0, 1e300, NaN, 1 + 2 ** -24);
    const { data } = decodeOne('F64', [5], new Uint8Array(doubles.buffer));
    expect([...data]).toEqual([Math.fround(0.1), -0, Infinity, NaN, 1]);
    const longs = (...values: bigint[]) => new Uint8Array(BigInt64Array.from(values).buffer);
    expect([...decodeOne('I64', [3], longs(-1n, 2147483647n, -2147483648n)).data]).toEqual([
      -1,
      2 ** 31 - 1,
      -(2 ** 31),
    ]);
    for (const value of [2147483648n, -2147483649n, 2n ** 32n, -(2n ** 63n)]) {
      expect(() => decodeOne('I64', [1], longs(value))).toThrow(FileError);
    }
  });
});

describe('refuses', () => {
  const x = '"dtype":"F32","shape":[1],"data_offsets":[0,4]';
  const four = new Uint8Array(4);
  const sized = (shape: string, end: number | string) =>
    file(`{"x":{"dtype":"F32","shape":${shape},"data_offsets":[0,${end}]}}`, four);

  test.each<[string, Uint8Array, RegExp]>([
    ['an empty file', new Uint8Array(), /too short.*got +0 bytes/s],
    [
      'a header longer than the file',
      file('{}', new Uint8Array(), 3n),
      /longer than it can be.*most 2 bytes.*3 bytes/s,
    ],
    ['a length of 2^64 - 1', file('{}', four, 2n ** 64n - 1n), /longer than it can be/],
    ['no header', file(''), /does not begin/],
    ['an array', file('[]'), /does not begin/],
    ['white space first', file(' {}'), /does not begin/],
    ['a byte order mark', file('\ufeff{}'), /does not begin/],
    ['text that is not UTF-8', file(Buffer.from('7b22ff223a7b7d7d', 'hex')), /not UTF-8/],
    ['a header cut short', file('{"x":{'), /at character 6.*wanted +a string.*got +the end/s],
    ['text after the header', file('{}\0'), /wanted +the end/],
    ['a comma too many', file('{"__metadata__":{"a":"b",}}'), /wanted +a string/],
    ['a tensor that comes twice', file(`{"x":{${x}},"x":{${x}}}`, four), /key "x" twice/],
    ['a name twice by an escape', file(`{"x":{${x}},"\\u0078":{${x}}}`, four), /key "x" twice/],
    ['a field that comes twice', file(`{"x":{${x},"shape":[1]}}`, four), /key "shape" twice/],
    ['metadata that come twice', file('{"__metadata__":{"a":"1","a":"2"}}'), /key "a" twice/],
    ['metadata that are numbers', file('{"__metadata__":{"a":1}}'), /wanted +a string/],
    ['metadata that are null', file('{"__metadata__":null}'), /wanted +"{"/],
    ['half a character', file(`{"\\ud800":{${x}}}`, four), /Unicode/],
    ['a control character in a name', file(`{"a\nb":{${x}}}`, four), /Unicode/],
    ['a string without end', file('{"x\\"'), /string that ends/],
    ['a missing field', file('{"x":{"dtype":"F32","shape":[1]}}', four), /tensor "x": a field is missing/],
    ['an unknown field', file(`{"x":{${x},"scale":[1]}}`, four), /tensor "x": unknown field "scale"/],
    [
      'one offset',
      file('{"x":{"dtype":"F32","shape":[0],"data_offsets":[0]}}'),
      /tensor "x": a field is missing/,
    ],
    [
      'three offsets',
      file('{"x":{"dtype":"F32","shape":[0],"data_offsets":[0,0,0]}}'),
      /data_offsets has more than 2/,
    ],
    ['65 dimensions', sized(`[${Array(65).fill(1)}]`, 4), /tensor "x": shape has more than 64/],
    [
      'an element type it does not know',
      file(`{"x":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}`, four),
      /tensor "x": elements.*F32, I32.*F8_E4M3/s,
    ],
    [
      'a type named as a method',
      file(`{"x":{"dtype":"toString","shape":[4],"data_offsets":[0,4]}}`, four),
      /"toString"/,
    ],
    ['a fraction', sized('[1.0]', 4), /wanted +"]"/],
    ['an exponent', sized('[1e0]', 4), /wanted +"]"/],
    ['a leading zero', sized('[01]', 4), /wanted +a whole number/],
    ['a negative size', sized('[-1]', 4), /wanted +a whole number/],
    ['2^53', sized('[9007199254740992]', 4), /wanted +a whole number below 2\^53/],
    ['2^53 + 1, which is 2^53 to JSON.parse', sized('[1]', '9007199254740993'), /wanted +a whole number/],
    ['a product beyond 2^53', sized('[4294967296,4294967296]', 4), /"x": its bytes do not fit.*below 2\^53/s],
    ['a product that wraps to 4 in 64 bits', sized('[4611686018427387905]', 4), /wanted +a whole number/],
    ['a product of 2^64, 0 in 64 bits', sized('[4294967296,1073741824]', 0), /below 2\^53/],
    [
      'a size that does not fit the shape',
      sized('[2]', 4),
      /"x": its bytes do not fit its shape \[2\].*8 bytes.*4 bytes/s,
    ],
    [
      'an end before its beginning',
      file('{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}', four),
      /hole/,
    ],
    [
      'bytes left over',
      file(`{"x":{${x}}}`, new Uint8Array(5)),
      /end before the end of the file.*4 bytes.*5 bytes/s,
    ],
    ['bytes missing', file(`{"x":{${x}}}`, new Uint8Array(3)), /beyond the end of the file/],
    [
      'a hole at the front',
      file('{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}}', new Uint8Array(8)),
      /"x" leaves a hole/,
    ],
    [
      'a hole',
      file(`{"x":{${x}},"y":{"dtype":"F32","shape":[1],"data_offsets":[8,12]}}`, new Uint8Array(12)),
      /"y" leaves a hole.*from 4.*from 8/s,
    ],
    ['two tensors in the same bytes', file(`{"x":{${x}},"y":{${x}}}`, four), /"y" overlaps/],
    [
      'two tensors that overlap',
      file(
        `{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"y":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}`,
        new Uint8Array(12),
      ),
      /"y" overlaps/,
    ],
  ])('%s', (_, bytes, message) => {
    expect(() => decode(bytes)).toThrow(FileError);
    expect(() => decode(bytes)).toThrow(message);
    expect(() => decode(bytes)).toThrow(/at +net.safetensors/);
  });

  test('a header over 100 MB, even where the file has it', () => {
    const bytes = new Uint8Array(100_000_020);
    bytes.set(file('', new Uint8Array(), 100_000_001n));
    expect(() => decode(bytes)).toThrow(/at most 100000000 bytes.*got +100000001 bytes/s);
  });

  test('deep nesting, without a stack overflow', () => {
    expect(() => decode(file('{"x":'.repeat(1e6)))).toThrow(FileError);
    expect(() => decode(file(`{"x":${'['.repeat(1e6)}`))).toThrow(FileError);
  });

  test('a name of a megabyte, in a message that can be read', () => {
    const name = 'n'.repeat(1e6);
    expect(() => decode(file(`{"${name}":{}}`))).toThrow(/^.{0,200}$/m);
  });
});

test('__proto__ is a name as any other', () => {
  const data = Float32Array.of(1);
  const bytes = encodeSafetensors(
    new Map([['__proto__', { shape: [1], data }]]),
    new Map([['__proto__', 'text']]),
  );
  const { tensors, metadata } = decode(bytes);
  expect([...tensors]).toEqual([['__proto__', { shape: [1], data }]]);
  expect([...metadata]).toEqual([['__proto__', 'text']]);
  expect('shape' in {}).toBe(false);
  expect(encodeSafetensors(Object.fromEntries(tensors), Object.fromEntries(metadata))).toEqual(bytes);
});

test('an empty tensor has its place wherever the header lists it', () => {
  const header =
    '{"x":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"first":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},' +
    '"last":{"dtype":"F32","shape":[3,0],"data_offsets":[4,4]}}';
  expect([...decode(file(header, new Uint8Array(4))).tensors.keys()]).toEqual(['first', 'x', 'last']);
});

test('white space that JSON allows is allowed', () => {
  expect(decode(file('{ "__metadata__" : { "a" : "b" } }\n\r\t ')).metadata.get('a')).toBe('b');
  expect(
    decode(file('{"x":{"shape":[ ],"data_offsets":[ 0 , 4 ],"dtype":"I32"}}', new Uint8Array(4))).tensors
      .size,
  ).toBe(1);
});

describe('writing refuses', () => {
  const data = Float32Array.of(1, 2);

  test.each([
    [[3]],
    [[]],
    [[2.5]],
    [[-2, -1]],
    [[1, NaN]],
    [[2 ** 53, 2]],
    [Array(65).fill(1)],
    ['2'],
    [undefined],
  ])('the shape %j for two numbers', (shape) => {
    const call = () => encodeSafetensors({ x: { shape: shape as number[], data } });
    expect(call).toThrow(ShapeError);
    expect(call).toThrow(/tensor "x"/);
  });

  test.each<[string, () => unknown]>([
    ['float64', () => encodeSafetensors({ x: { shape: [1], data: new Float64Array(1) as never } })],
    ['no tensor', () => encodeSafetensors({ x: null as never })],
    ['no tensors', () => encodeSafetensors(null as never)],
    ['the name of the metadata', () => encodeSafetensors({ __metadata__: { shape: [2], data } })],
    ['half a character', () => encodeSafetensors({ '\ud800': { shape: [2], data } })],
    ['metadata other than text', () => encodeSafetensors({}, { epoch: 3 as never })],
    ['a name other than text', () => encodeSafetensors(new Map([[3 as never, { shape: [2], data }]]))],
  ])('%s', (_, call) => {
    expect(call).toThrow(OptionError);
  });

  test('an array whose memory was given away', () => {
    const gone = new Float32Array(2);
    structuredClone(gone.buffer, { transfer: [gone.buffer] });
    expect(() => encodeSafetensors({ x: { shape: [2], data: gone } })).toThrow(ShapeError);
  });

  test('nothing of what a polluted Object.prototype adds', () => {
    Object.assign(Object.prototype, { evil: { shape: [2], data } });
    try {
      expect(decode(encodeSafetensors({})).tensors.size).toBe(0);
      expect(sizeOf(decode(encodeSafetensors({ x: { shape: [2], data } })).tensors.get('x')!.shape)).toBe(2);
    } finally {
      Reflect.deleteProperty(Object.prototype, 'evil');
    }
  });
});

test('reading refuses what are no bytes', () => {
  expect(() => decodeSafetensors('{}' as never)).toThrow(OptionError);
  expect(() => decodeSafetensors(undefined as never)).toThrow(OptionError);
});
