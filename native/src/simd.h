// One source, several instruction sets: a loop is written once in plain C++ and compiled
// for each of them. Products and sums are never contracted, so every set computes the
// same bits.
#pragma once

#include <cstdint>

#include "cpu.h"

#if defined(_MSC_VER)
#define GLIA_INLINE __forceinline
#else
#define GLIA_INLINE inline __attribute__((always_inline))
#endif

#if defined(__x86_64__) && defined(__GNUC__)
#define GLIA_TARGET_AVX2 __attribute__((target("avx2,fma")))
#define GLIA_TARGET_AVX512 \
  __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")))
#else
#define GLIA_TARGET_AVX2
#define GLIA_TARGET_AVX512
#endif

// The iterations of the next loop do not depend on each other. An element may be written
// where the same iteration read it; without this the compiler would take its slow path
// for tensors that are changed in place.
#if defined(__clang__)
#define GLIA_INDEPENDENT _Pragma("clang loop vectorize(assume_safety)")
#elif defined(__GNUC__)
#define GLIA_INDEPENDENT _Pragma("GCC ivdep")
#else
#define GLIA_INDEPENDENT
#endif

namespace glia {

template <typename F>
F* ForThisCpu(F* base, F* avx2, F* avx512) {
  switch (CpuIsa()) {
    case Isa::kAvx512:
      return avx512;
    case Isa::kAvx2:
      return avx2;
    default:
      return base;
  }
}

}  // namespace glia

// Defines `static void name(params)`: its body follows, compiled for each instruction
// set. `args` repeats the parameters' names.
#define GLIA_LOOP(name, params, args)                                       \
  static GLIA_INLINE void name##_body params;                               \
  static void name##_base params { name##_body args; }                      \
  GLIA_TARGET_AVX2 static void name##_avx2 params { name##_body args; }     \
  GLIA_TARGET_AVX512 static void name##_avx512 params { name##_body args; } \
  static void(*const name) params =                                         \
      ::glia::ForThisCpu(name##_base, name##_avx2, name##_avx512);          \
  static GLIA_INLINE void name##_body params
