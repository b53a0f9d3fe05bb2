#include "cpu.h"

#include <cstdlib>
#include <cstring>
#include <initializer_list>

#if defined(__x86_64__)
#include <cpuid.h>
#endif

namespace glia {
namespace {

Isa Detect() {
#if defined(__x86_64__)
  unsigned a, b, c, d;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE) || !(c & bit_FMA)) {
    return Isa::kBase;
  }
  // A processor may have registers that the operating system does not save.
  unsigned saved, high;
  __asm__ volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
  constexpr unsigned kYmm = 0x6, kZmm = 0xe6;
  if ((saved & kYmm) != kYmm) return Isa::kBase;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(b & bit_AVX2)) return Isa::kBase;
  constexpr unsigned kV4 =
      bit_AVX512F | bit_AVX512DQ | bit_AVX512CD | bit_AVX512BW | bit_AVX512VL;
  return (b & kV4) == kV4 && (saved & kZmm) == kZmm ? Isa::kAvx512 : Isa::kAvx2;
#else
  return Isa::kBase;
#endif
}

Isa Limit(Isa best) {
  const char* wanted = std::getenv("GLIA_ISA");
  if (wanted == nullptr) return best;
  for (Isa isa : {Isa::kBase, Isa::kAvx2, Isa::kAvx512}) {
    if (isa <= best && std::strcmp(wanted, IsaName(isa)) == 0) return isa;
  }
  return best;
}

}  // namespace

Isa CpuIsa() {
  static const Isa isa = Limit(Detect());
  return isa;
}

const char* IsaName(Isa isa) {
  switch (isa) {
    case Isa::kAvx512:
      return "avx512";
    case Isa::kAvx2:
      return "avx2";
    default:
      return "base";
  }
}

}  // namespace glia
