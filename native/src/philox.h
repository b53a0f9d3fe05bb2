// Philox-4x32-10 (Salmon et al., 2011, "Parallel random numbers: as easy as 1, 2, 3").
// Twin of src/base/random.ts.
#pragma once

#include <cstdint>

#include "simd.h"

namespace glia {

// `kLanes` counters at once, word w of lane i in counter[w][i], replaced by four random
// words each.
template <int kLanes>
GLIA_INLINE void Philox(uint32_t (&counter)[4][kLanes], uint32_t key0, uint32_t key1) {
  constexpr uint64_t kM0 = 0xd2511f53, kM1 = 0xcd9e8d57;
  for (int round = 0; round < 10; ++round) {
    for (int i = 0; i < kLanes; ++i) {
      const uint64_t p0 = kM0 * counter[0][i], p1 = kM1 * counter[2][i];
      counter[0][i] = static_cast<uint32_t>(p1 >> 32) ^ counter[1][i] ^ key0;
      counter[1][i] = static_cast<uint32_t>(p1);
      counter[2][i] = static_cast<uint32_t>(p0 >> 32) ^ counter[3][i] ^ key1;
      counter[3][i] = static_cast<uint32_t>(p0);
    }
    key0 += 0x9e3779b9;
    key1 += 0xbb67ae85;
  }
}

}  // namespace glia
