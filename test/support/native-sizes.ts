import { code, filesIn } from './sources.ts';

/** A constant of the native sources that holds a number. */
interface Size {
  readonly file: string;
  readonly name: string;
  /** What stands behind the equals sign. */
  readonly is: string;
}

/** One that is known: a length at which something is cut, or another kind of number, and then why it cuts nothing. */
interface KnownSize extends Size {
  readonly cuts?: number;
  readonly because?: string;
}

const cuts = (file: string, name: string, is: string, length: number): KnownSize => ({
  file: `native/src/${file}`,
  name,
  is,
  cuts: length,
});
const cutsNothing = (file: string, name: string, is: string, because: string): KnownSize => ({
  file: `native/src/${file}`,
  name,
  is,
  because,
});

/**
 * Every number that has a name in the native sources. A kernel may be right on one side of a length at which it is cut and
 * wrong on the other, so what is tested along long axes goes beyond the largest of them.
 */
export const nativeSizes: readonly KnownSize[] = [
  cuts('gemm.h', 'kPanel', '64', 64),
  cuts('gemm.h', 'kGemmScratch', 'kPanel * 512', 32_768),
  cuts('gemm_avx2.cc', 'kLanes', '8', 8),
  cuts('gemm_avx2.cc', 'kRows', '6', 6),
  cuts('gemm_avx2.cc', 'kVectors', '2', 2),
  cuts('gemm_avx2.cc', 'kDotRows', '2', 2),
  cuts('gemm_avx512.cc', 'kLanes', '16', 16),
  cuts('gemm_avx512.cc', 'kRows', '6', 6),
  cuts('gemm_avx512.cc', 'kVectors', '4', 4),
  cuts('gemm_avx512.cc', 'kDotRows', '4', 4),
  cuts('gemm_finish.h', 'kLanes', 'Simd::kLanes', 16),
  cuts('gemm_tiles.h', 'kWidth', 'kVectors * kLanes', 64),
  cuts('gemm_tiles.h', 'kHeight', 'RowsOf(N)', 12),
  cuts('gemm_tiles.h', 'kDepth', '256', 256),
  cuts('gemm_tiles.h', 'kFewRows', '48', 48),
  cuts('gemm_tiles.h', 'kFew', '12', 12),
  cuts('kernel.h', 'kBlock', '8192', 8192),
  cuts('kernel.h', 'kTile', '1024', 1024),
  cuts('kernel.h', 'kVector', '16', 16),
  cuts('kernels/cross_entropy.cc', 'kRows', '64', 64),
  cuts('kernels/cross_entropy.cc', 'kTogether', '16', 16),
  cuts('kernels/cross_entropy.cc', 'kFewClasses', '32', 32),
  cuts('kernels/gather.cc', 'kColumns', '64', 64),
  cuts('kernels/random.cc', 'kLanes', '64', 64),
  cuts('kernels/reduce.cc', 'kColumns', '64', 64),
  cuts('kernels/reduce.cc', 'kInRegisters', '32', 32),
  cuts('kernels/softmax.cc', 'kExps', '256', 256),
  cuts('product.cc', 'kFew', '512', 512),
  cuts('product.cc', 'kStrip', '16', 16),
  cuts('product.cc', 'kNarrow', '16', 16),
  cuts('product.cc', 'kMany', '512', 512),
  cuts('product.cc', 'kDeep', '1024', 1024),
  cuts('product.cc', 'kRows', '64', 64),
  cuts('product.cc', 'kSide', '256', 256),
  cuts('program.cc', 'kCopied', '4 * kBlock', 32_768),
  cuts('program.cc', 'kFewWords', '64', 64),
  cuts('rows.h', 'kLanes', '16', 16),
  cuts('storage.h', 'kLine', '16', 16),
  cutsNothing(
    'product.cc',
    'kLeast',
    'int64_t{1} << 18',
    'counts multiplications, of which a long axis makes more',
  ),
  cutsNothing(
    'product.cc',
    'kCached',
    'int64_t{1} << 16',
    'bounds rows times columns of a block that ops follow on',
  ),
  cutsNothing('program.cc', 'kKept', 'int64_t{1} << 19', 'says whether memory is kept from run to run'),
  cutsNothing('program.cc', 'kMaxDim', 'INT32_MAX', 'a limit'),
  cutsNothing('addon.cc', 'kMaxCount', 'int64_t{1} << 40', 'a limit'),
  cutsNothing('addon.cc', 'kMaxSlots', 'size_t{1} << 24', 'a limit'),
  cutsNothing('js.h', 'kMost', '4', 'a limit of arguments'),
  cutsNothing('kernel.h', 'kMaxArgs', '10', 'a limit of inputs'),
  cutsNothing('kernel.h', 'kMaxResults', '3', 'a limit of results'),
  cutsNothing('kernels/map.h', 'kResults', 'sizeof(R) / sizeof(float)', 'a number of results'),
  cutsNothing('storage.cc', 'kMost', '(int64_t{1} << 53) / 4', 'a limit'),
  cutsNothing('storage.cc', 'kBytes', '4 * kLine', 'an alignment in bytes'),
  cutsNothing('storage.h', 'kMaxWords', 'int64_t{1} << 50', 'a limit'),
  cutsNothing('strided.h', 'kMaxRank', '32', 'a limit of axes'),
  cutsNothing('strided.h', 'kNowhere', '-1', 'stands for no place'),
  cutsNothing('kernel.h', 'kInPlace', '-1', 'stands for a place'),
  cutsNothing('threads.cc', 'kSpins', '2000', 'turns of a waiting loop'),
  cutsNothing('threads.cc', 'kYields', '200', 'turns of a waiting loop'),
  cutsNothing('cpu.cc', 'kYmm', '0x6', 'bits of a register'),
  cutsNothing('cpu.cc', 'kZmm', '0xe6', 'bits of a register'),
  cutsNothing(
    'cpu.cc',
    'kV4',
    'bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL',
    'bits of a register',
  ),
  cutsNothing('kernels/faults.cc', 'kExponent', '0x7f800000', 'bits of a number'),
  cutsNothing('kernels/faults.cc', 'kMantissa', '23', 'bits of a number'),
  cutsNothing('kernels/faults.cc', 'kBias', '127', 'bits of a number'),
  cutsNothing('kernels/faults.cc', 'kInputs', '17', 'a number of inputs'),
  cutsNothing('float_math.h', 'kSqrtHalf', '0x3f3504f3', 'bits of a number'),
  cutsNothing('philox.h', 'kM0', '0xd2511f53', 'a factor of the generator'),
  cutsNothing('philox.h', 'kM1', '0xcd9e8d57', 'a factor of the generator'),
  cutsNothing('limits.cc', 'kChains', '12', 'measures the machine'),
  cutsNothing(
    'limits.cc',
    'kOperations',
    '2 * kChains * (sizeof(Lanes) / sizeof(float))',
    'measures the machine',
  ),
  cutsNothing('limits.cc', 'kTurns', '256', 'measures the machine'),
  cutsNothing('limits.cc', 'kLeastBytes', 'int64_t{1} << 14', 'measures the machine'),
  cutsNothing('limits.cc', 'kMostBytes', 'int64_t{1} << 28', 'measures the machine'),
  cutsNothing('limits.cc', 'kTotalBytes', 'int64_t{1} << 29', 'measures the machine'),
];

/** A length beyond every one at which native code cuts something, and no multiple of any. */
export const BEYOND: number = Math.max(...nativeSizes.map(({ cuts = 0 }) => cuts)) + 37;

/** The same of what regions of elementwise ops are cut by. */
export const BEYOND_TILES: number =
  Math.max(...nativeSizes.filter(({ file }) => file === 'native/src/kernel.h').map(({ cuts = 0 }) => cuts)) +
  37;

/** The whole numbers that have names in the native sources, each once a file. */
export function sizesInSources(): Size[] {
  const declared = /\bconstexpr\s+(?:u?int\d+_t|int|unsigned|size_t)\s+(k\w+\s*=[^;]*);/g;
  const all = filesIn('native/src', '.h', '.cc').flatMap((file) =>
    [...code(file).matchAll(declared)].flatMap(([, list]) =>
      list!.split(/,\s*(?=k\w+\s*=)/).map((one): Size => {
        const [name, is] = one.split(/\s*=\s*(?=\S)/) as [string, string];
        return { file, name, is: is.replace(/\s+/g, ' ') };
      }),
    ),
  );
  return [...new Map(all.map((size) => [JSON.stringify(size), size])).values()];
}

/** Whole numbers from 32 on that have no name where kernels and regions cut their work, each with its line. */
export function unnamedSizes(): string[] {
  return filesIn('native/src', '.h', '.cc')
    .filter((file) => !notWork.test(file))
    .flatMap((file) =>
      code(file)
        .split('\n')
        .filter(
          (line) =>
            !/^\s*#|\bconstexpr\b|\balignas\b/.test(line) &&
            /(?<![\w.])(?:3[2-9]|[4-9]\d|\d{3,})(?![\w.])/.test(line),
        )
        .map((line) => `${file}: ${line.trim()}`),
    );
}

/** What measures the machine, mathematical functions, random numbers, and the boundary to JavaScript. */
const notWork = /(?:limits|float_math|philox|cpu|addon|js|threads|worker|schedule|flush_to_zero)\.(?:h|cc)$/;
