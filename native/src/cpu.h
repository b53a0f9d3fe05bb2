// What this processor can do, asked by hand: compiler built-ins for it do not link
// everywhere.
#pragma once

namespace glia {

// Instruction sets that loops are compiled for, each including the ones before.
enum class Isa { kBase = 0, kAvx2 = 1, kAvx512 = 2 };

// The best set of this processor, or the lower one that GLIA_ISA names (base, avx2,
// avx512).
Isa CpuIsa();

const char* IsaName(Isa isa);

}  // namespace glia
