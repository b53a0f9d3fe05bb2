#include "tiny.h"

#include <cstring>

#if defined(__x86_64__) && defined(__GNUC__)
#include <immintrin.h>
#define GLIA_TINY_AVX512
#if !defined(__clang__)
// Values that an intrinsic leaves undefined on purpose (GCC bug 105593).
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#endif

namespace glia {
namespace {

// Products and sums are rounded apart everywhere, so that small products have the same
// bits whether they are tiny or not. The result may lie where an input does.
void Put(const float (&values)[kVector], float* y) {
  std::memcpy(y, values, sizeof values);
}

void PermuteBase(const float* x, const Lanes& lanes, float* y) {
  float values[kVector];
  for (int64_t i = 0; i < kVector; ++i) values[i] = x[lanes.at[i]];
  Put(values, y);
}

void SumBase(const float* x, const Lanes* lanes, int64_t terms, int64_t, double factor,
             float* y) {
  double sums[kVector] = {};
  for (int64_t p = 0; p < terms; ++p) {
    for (int64_t i = 0; i < kVector; ++i)
      sums[i] += static_cast<double>(x[lanes[p].at[i]]);
  }
  float values[kVector];
  for (int64_t i = 0; i < kVector; ++i) values[i] = static_cast<float>(sums[i] * factor);
  Put(values, y);
}

void MultiplyBase(const float* a, const Lanes* ai, const float* b, const Lanes* bi,
                  int64_t terms, float* y) {
  float sums[kVector] = {};
  for (int64_t p = 0; p < terms; ++p) {
    for (int64_t i = 0; i < kVector; ++i) sums[i] += a[ai[p].at[i]] * b[bi[p].at[i]];
  }
  Put(sums, y);
}

#if defined(GLIA_TINY_AVX512)
GLIA_TARGET_AVX512 inline __m512 Permuted(__m512 x, const Lanes& lanes) {
  return _mm512_permutexvar_ps(_mm512_load_si512(lanes.at), x);
}

GLIA_TARGET_AVX512 void PermuteAvx512(const float* x, const Lanes& lanes, float* y) {
  _mm512_storeu_ps(y, Permuted(_mm512_loadu_ps(x), lanes));
}

GLIA_TARGET_AVX512 void SumAvx512(const float* x, const Lanes* lanes, int64_t terms,
                                  int64_t results, double factor, float* y) {
  const __m512 all = _mm512_loadu_ps(x);
  __m512d low = _mm512_setzero_pd(), high = low;
  for (int64_t p = 0; p < terms; ++p) {
    const __m512 term = Permuted(all, lanes[p]);
    low = _mm512_add_pd(low, _mm512_cvtps_pd(_mm512_castps512_ps256(term)));
    if (results > 8)
      high = _mm512_add_pd(high, _mm512_cvtps_pd(_mm512_extractf32x8_ps(term, 1)));
  }
  // In one piece, as it will be read: a load waits for two stores to reach the cache.
  const __m512d factors = _mm512_set1_pd(factor);
  const __m256 first = _mm512_cvtpd_ps(_mm512_mul_pd(low, factors));
  const __m256 second = _mm512_cvtpd_ps(_mm512_mul_pd(high, factors));
  _mm512_storeu_ps(y, _mm512_insertf32x8(_mm512_castps256_ps512(first), second, 1));
}

GLIA_TARGET_AVX512 void MultiplyAvx512(const float* a, const Lanes* ai, const float* b,
                                       const Lanes* bi, int64_t terms, float* y) {
  const __m512 left = _mm512_loadu_ps(a), right = _mm512_loadu_ps(b);
  __m512 sums = _mm512_setzero_ps();
  for (int64_t p = 0; p < terms; ++p)
    sums =
        _mm512_add_ps(sums, _mm512_mul_ps(Permuted(left, ai[p]), Permuted(right, bi[p])));
  _mm512_storeu_ps(y, sums);
}
#else
constexpr auto PermuteAvx512 = PermuteBase;
constexpr auto SumAvx512 = SumBase;
constexpr auto MultiplyAvx512 = MultiplyBase;
#endif

}  // namespace

TinyPermute* const PermuteTiny = ForThisCpu(PermuteBase, PermuteBase, PermuteAvx512);
TinySum* const SumTiny = ForThisCpu(SumBase, SumBase, SumAvx512);
TinyProduct* const MultiplyTiny = ForThisCpu(MultiplyBase, MultiplyBase, MultiplyAvx512);

}  // namespace glia
