import { checkMemory } from '../base/memory.ts';
import { sizeOf } from '../base/shape.ts';
import type { Program } from '../ir/program.ts';

/**
 * Bytes that a program takes beside what is stored: its arena, and a step's feeds and fetches, which wait in memory of
 * their own. Refused here, before any of it is allocated.
 *
 * @throws {BackendError} when it is more than the machine has.
 */
export function checkRoom({ arena, feeds, fetches, buffers }: Program): number {
  const ports = [...feeds, ...fetches].reduce(
    (sum, { buffer }) => sum + sizeOf(buffers[buffer]?.shape ?? []),
    0,
  );
  checkMemory('the program', arena + ports);
  return 4 * (arena + ports);
}
