import { dense, type FitOptions, GliaError, sequential } from 'glia';
import { expect } from 'vitest';

// What is refused is refused before a backend is asked, so the one in TypeScript will do.
export const backend = 'typescript';
export const x = [
  [0, 1],
  [1, 0],
  [1, 1],
  [0, 0],
];
export const column = [[1], [0], [1], [0]];

export const regression = () => sequential([dense(3), dense(1)], { inputShape: [2], backend });
export const classifier = () => sequential([dense(3, { name: 'scores' })], { inputShape: [2], backend });
export const mse: FitOptions = { loss: 'mse', epochs: 1 };
export const crossentropy: FitOptions = { loss: 'categoricalCrossentropy', epochs: 1 };

/** The error of a call, whether it throws or rejects. */
export async function errorOf(call: () => unknown): Promise<GliaError> {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(GliaError);
    return error as GliaError;
  }
  return expect.fail('nothing was refused');
}
