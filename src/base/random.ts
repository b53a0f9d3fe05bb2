/** Key of a random stream: two 32-bit words. */
export type Key = readonly [number, number];

// Philox-4x32-10 (Salmon et al., 2011, "Parallel random numbers: as easy as 1, 2, 3", table 2).
const M0 = 0xd2511f53;
const M1 = 0xcd9e8d57;
const W0 = 0x9e3779b9;
const W1 = 0xbb67ae85;
const ROUNDS = 10;

/**
 * Philox-4x32-10: four random words as a pure function of a counter and a key. The native backend computes the
 * same bits (`native/src/philox.h`).
 *
 * | name      | range            |
 * | --------- | ---------------- |
 * | `counter` | four 32-bit words |
 * | `out`     | four 32-bit words, written |
 */
export function philox(c0: number, c1: number, c2: number, c3: number, key: Key, out: Uint32Array): void {
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const hi0 = mulHigh(M0, c0);
    const lo0 = Math.imul(M0, c0);
    const hi1 = mulHigh(M1, c2);
    const lo1 = Math.imul(M1, c2);
    c0 = hi1 ^ c1 ^ k0;
    c1 = lo1;
    c2 = hi0 ^ c3 ^ k1;
    c3 = lo0;
    k0 = (k0 + W0) | 0;
    k1 = (k1 + W1) | 0;
  }
  out[0] = c0;
  out[1] = c1;
  out[2] = c2;
  out[3] = c3;
}

/** Upper half of an unsigned 32 x 32 bit product, from 16-bit halves; no sum of them passes 32 bits. */
function mulHigh(a: number, b: number): number {
  const aHigh = a >>> 16;
  const aLow = a & 0xffff;
  const bHigh = b >>> 16;
  const bLow = b & 0xffff;
  const mid = (Math.imul(aHigh, bLow) + (Math.imul(aLow, bLow) >>> 16)) >>> 0;
  const cross = (Math.imul(aLow, bHigh) + (mid & 0xffff)) >>> 0;
  return (Math.imul(aHigh, bHigh) + (mid >>> 16) + (cross >>> 16)) | 0;
}

/** A random word as a float in [0, 1) with 24 bits, the same number in float32 and float64. */
export function toUniform(word: number): number {
  return (word >>> 8) * 2 ** -24;
}

/** The key of a purpose, such as a parameter's path, under one seed. */
export function keyOf(seed: number, path: string): Key {
  // FNV-1a over the UTF-16 units, then one Philox block, so that near seeds and near paths share nothing.
  let hash = 0x811c9dc5;
  for (let i = 0; i < path.length; i++) hash = Math.imul(hash ^ path.charCodeAt(i), 0x01000193);
  philox(seed | 0, Math.floor(seed / 2 ** 32) | 0, hash, path.length, KEYS, block);
  return [block[0]! | 0, block[1]! | 0];
}

const KEYS: Key = [0x676c6961, 0];
/** Taken by one call at a time. */
const block = new Uint32Array(4);

/** A stream of random numbers on the host: initial weights, shuffles, splits. One key gives one stream. */
export class Random {
  readonly #key: Key;
  readonly #block = new Uint32Array(4);
  #counter = 0;
  #used = 4;

  constructor(key: Key) {
    this.#key = key;
  }

  /** The stream for a purpose under a seed. */
  static of(seed: number, path: string): Random {
    return new Random(keyOf(seed, path));
  }

  /** 32 random bits as an unsigned integer. */
  word(): number {
    if (this.#used === 4) {
      philox(this.#counter | 0, Math.floor(this.#counter / 2 ** 32) | 0, 0, 0, this.#key, this.#block);
      this.#counter++;
      this.#used = 0;
    }
    return this.#block[this.#used++]!;
  }

  /** Uniform in [0, 1) with 53 bits. */
  uniform(): number {
    return ((this.word() >>> 5) * 2 ** 26 + (this.word() >>> 6)) * 2 ** -53;
  }

  /** Standard normal (Box and Muller, 1958). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Uniform integer in [0, n), without modulo bias; n at most 2^32. */
  integer(n: number): number {
    if (n === 2 ** 32) return this.word();
    // Words above the last multiple of n are passed over: 2³² mod n is (2³² - n) mod n, in whole numbers of 32 bits.
    const divisor = n >>> 0;
    const last = 2 ** 32 - 1 - ((-divisor >>> 0) % divisor);
    let word = this.word();
    while (word > last) word = this.word();
    return word % divisor;
  }

  /** The numbers 0 to n - 1 in random order (Fisher and Yates, 1938). */
  permutation(n: number): Int32Array {
    const order = new Int32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    for (let i = n - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const swap = order[i]!;
      order[i] = order[j]!;
      order[j] = swap;
    }
    return order;
  }
}
