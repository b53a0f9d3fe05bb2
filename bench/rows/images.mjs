import { join } from 'node:path';
import { readIdx, toLabels } from '../../dist/data/index.js';
import { provide } from './datasets.mjs';

/**
 * Images as rows, and their labels.
 *
 * @typedef {{ x: { data: Float32Array, shape: [number, number] }, y: Int32Array }} Images
 */

/**
 * Training and test images of 28 x 28 pixels as the reference run takes them: less the mean of all training pixels, over
 * their standard deviation, which are one number each.
 *
 * @param {'mnist' | 'fashion'} name
 * @param {(text: string) => void} say
 * @returns {Promise<{ train: Images, test: Images }>}
 */
export async function readImages(name, say) {
  const { folder, ending } = await provide(name, say);
  const read = (/** @type {string} */ file) => readIdx(join(folder, `${file}-ubyte${ending}`));
  const pixels = await read('train-images-idx3');
  const { center, deviation } = momentsOf(pixels.data);
  const part = async (/** @type {string} */ which) => {
    const { data, shape } = which === 'train' ? pixels : await read(`${which}-images-idx3`);
    return {
      x: {
        data: Float32Array.from(data, (value) => (value - center) / deviation),
        shape: /** @type {[number, number]} */ ([shape[0], data.length / shape[0]]),
      },
      y: toLabels(await read(`${which}-labels-idx1`), 10),
    };
  };
  return { train: await part('train'), test: await part('t10k') };
}

/** @param {ArrayLike<number>} bytes whole numbers from 0 to 255, whose sums are exact */
function momentsOf(bytes) {
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < bytes.length; i++) {
    sum += bytes[i];
    squares += bytes[i] ** 2;
  }
  const center = sum / bytes.length;
  return { center, deviation: Math.sqrt(squares / bytes.length - center ** 2) };
}
