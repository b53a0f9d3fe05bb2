// Products by AVX-512.
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
#pragma clang attribute push(                                               \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma")
#endif

namespace glia {
namespace {

struct Simd {
  using V = __m512;
  static constexpr int kLanes = 16;

  static V Zero() { return _mm512_setzero_ps(); }
  static V Fill(float x) { return _mm512_set1_ps(x); }
  static V Load(const float* x) { return _mm512_loadu_ps(x); }
  static void Store(float* y, V x) { _mm512_storeu_ps(y, x); }
  static __mmask16 First(int n) { return static_cast<__mmask16>((1u << n) - 1); }
  static V LoadFirst(const float* x, int n) { return _mm512_maskz_loadu_ps(First(n), x); }
  static void StoreFirst(float* y, V x, int n) { _mm512_mask_storeu_ps(y, First(n), x); }
  static V MultiplyAdd(V a, V b, V c) { return _mm512_fmadd_ps(a, b, c); }
  static float Sum(V x) { return _mm512_reduce_add_ps(x); }

  static V LowPairs(V a, V b) {
    return _mm512_castpd_ps(_mm512_unpacklo_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
  }
  static V HighPairs(V a, V b) {
    return _mm512_castpd_ps(_mm512_unpackhi_pd(_mm512_castps_pd(a), _mm512_castps_pd(b)));
  }

  // Pairs of rows are interleaved by ones, by twos, and then by quarters of a vector.
  static void Transpose(V (&rows)[16]) {
    V ones[16], twos[16];
    for (int i = 0; i < 16; i += 2) {
      ones[i] = _mm512_unpacklo_ps(rows[i], rows[i + 1]);
      ones[i + 1] = _mm512_unpackhi_ps(rows[i], rows[i + 1]);
    }
    for (int i = 0; i < 16; i += 4) {
      twos[i] = LowPairs(ones[i], ones[i + 2]);
      twos[i + 1] = HighPairs(ones[i], ones[i + 2]);
      twos[i + 2] = LowPairs(ones[i + 1], ones[i + 3]);
      twos[i + 3] = HighPairs(ones[i + 1], ones[i + 3]);
    }
    // Quarter q of twos[4 g + r] holds column 4 q + r of rows 4 g to 4 g + 3.
    for (int r = 0; r < 4; ++r) {
      const V a = _mm512_shuffle_f32x4(twos[r], twos[r + 4], 0x88);
      const V b = _mm512_shuffle_f32x4(twos[r], twos[r + 4], 0xdd);
      const V c = _mm512_shuffle_f32x4(twos[r + 8], twos[r + 12], 0x88);
      const V d = _mm512_shuffle_f32x4(twos[r + 8], twos[r + 12], 0xdd);
      rows[r] = _mm512_shuffle_f32x4(a, c, 0x88);
      rows[r + 4] = _mm512_shuffle_f32x4(b, d, 0x88);
      rows[r + 8] = _mm512_shuffle_f32x4(a, c, 0xdd);
      rows[r + 12] = _mm512_shuffle_f32x4(b, d, 0xdd);
    }
  }
};

// 24 sums, 4 vectors of b and one of a fill 29 of 32 registers.
constexpr int kRows = 6;
constexpr int kVectors = 4;
constexpr int kDotRows = 4;
// Whether a vector that is not all there is as fast as a whole one, which then needs no
// tiles of its own.
constexpr bool kMasksAreFree = true;

}  // namespace
}  // namespace glia

#include "gemm_tiles.h"

namespace glia {
const NamedGemm* const kGemmsAvx512 = kGemms;
}  // namespace glia

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#else
namespace glia {
const NamedGemm* const kGemmsAvx512 = nullptr;
}  // namespace glia
#endif
