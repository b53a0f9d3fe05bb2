// Products by AVX2 and FMA.
#include <algorithm>

#include "gemm.h"
#include "kernels/elements.h"

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#if !defined(__clang__)
// Values that an intrinsic leaves undefined on purpose (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif

namespace glia {
namespace {

struct Simd {
  using V = __m256;
  static constexpr int kLanes = 8;

  static V Zero() { return _mm256_setzero_ps(); }
  static V Fill(float x) { return _mm256_set1_ps(x); }
  static V Load(const float* x) { return _mm256_loadu_ps(x); }
  static void Store(float* y, V x) { _mm256_storeu_ps(y, x); }
  static __m256i First(int n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(n),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  static V LoadFirst(const float* x, int n) { return _mm256_maskload_ps(x, First(n)); }
  static void StoreFirst(float* y, V x, int n) { _mm256_maskstore_ps(y, First(n), x); }
  static V MultiplyAdd(V a, V b, V c) { return _mm256_fmadd_ps(a, b, c); }
  static float Sum(V x) {
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(x), _mm256_extractf128_ps(x, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
  }

  // Pairs of rows are interleaved by ones, by twos, and then by halves of a vector.
  static void Transpose(V (&rows)[8]) {
    V ones[8], twos[8];
    for (int i = 0; i < 8; i += 2) {
      ones[i] = _mm256_unpacklo_ps(rows[i], rows[i + 1]);
      ones[i + 1] = _mm256_unpackhi_ps(rows[i], rows[i + 1]);
    }
    for (int i = 0; i < 8; i += 4) {
      twos[i] = _mm256_shuffle_ps(ones[i], ones[i + 2], 0x44);
      twos[i + 1] = _mm256_shuffle_ps(ones[i], ones[i + 2], 0xee);
      twos[i + 2] = _mm256_shuffle_ps(ones[i + 1], ones[i + 3], 0x44);
      twos[i + 3] = _mm256_shuffle_ps(ones[i + 1], ones[i + 3], 0xee);
    }
    for (int r = 0; r < 4; ++r) {
      rows[r] = _mm256_permute2f128_ps(twos[r], twos[r + 4], 0x20);
      rows[r + 4] = _mm256_permute2f128_ps(twos[r], twos[r + 4], 0x31);
    }
  }
};

// 12 sums, 2 vectors of b and one of a fill 15 of 16 registers.
constexpr int kRows = 6;
constexpr int kVectors = 2;
constexpr int kDotRows = 2;
// Whether a vector that is not all there is as fast as a whole one, which then needs no
// tiles of its own.
constexpr bool kMasksAreFree = false;

}  // namespace
}  // namespace glia

#include "gemm_tiles.h"

namespace glia {
const NamedGemm* const kGemmsAvx2 = kGemms;
}  // namespace glia

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#else
namespace glia {
const NamedGemm* const kGemmsAvx2 = nullptr;
}  // namespace glia
#endif
