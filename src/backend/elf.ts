import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Why a file cannot be loaded as far as its header tells: a shared library in the format of Linux (ELF, 64 bits, little
 * endian) that is shorter than its header says. The system's loader would map it all the same, and the process would
 * die by SIGBUS at the first access behind its end. Other files are for that loader to judge.
 *
 * Specification: System V ABI, "ELF Header": the table of sections is the last thing in what linkers write.
 *
 * @throws what `fs` throws when the file is missing or may not be read.
 */
export function cutOff(path: string): string | undefined {
  const file = openSync(path, 'r');
  try {
    const header = Buffer.alloc(64);
    readSync(file, header);
    if (header.toString('latin1', 0, 6) !== '\x7fELF\x02\x01') return undefined;
    const sections = header.readUInt16LE(0x3a) * header.readUInt16LE(0x3c);
    const wanted = Number(header.readBigUInt64LE(0x28)) + sections;
    const { size } = fstatSync(file);
    return size < wanted ? `it is cut off: ${size} of ${wanted} bytes` : undefined;
  } finally {
    closeSync(file);
  }
}
