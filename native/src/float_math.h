// Elementary functions without branches or tables, so that loops over them vectorise.
// Errors stay below 3 ulp; NaN, infinities and denormal numbers travel as in the C
// library. Polynomials of exp and log: S. Moshier, Cephes 2.2.
#pragma once

#include <cstdint>
#include <cstring>
#include <limits>

#include "simd.h"

namespace glia {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

GLIA_INLINE int32_t BitsOf(float x) {
  int32_t bits;
  std::memcpy(&bits, &x, sizeof bits);
  return bits;
}

GLIA_INLINE float FloatOf(int32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof x);
  return x;
}

GLIA_INLINE float Abs(float x) { return FloatOf(BitsOf(x) & 0x7fffffff); }

GLIA_INLINE float CopySign(float size, float sign) {
  return FloatOf((BitsOf(size) & 0x7fffffff) | (BitsOf(sign) & INT32_MIN));
}

// 2^n for n in [-126, 127].
GLIA_INLINE float PowerOfTwo(int32_t n) {
  return FloatOf(static_cast<int32_t>((static_cast<uint32_t>(n) + 127) << 23));
}

// x = n ln 2 + r with |r| <= ln(2) / 2; x in [-150, 150] or NaN.
struct Reduced {
  float r;
  int32_t n;
};

GLIA_INLINE Reduced ReduceByLn2(float x) {
  // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
  constexpr float kRound = 12582912.0f;
  const float shifted = x * 1.44269504f + kRound;
  const float n = shifted - kRound;
  // ln 2 in two parts; n times the first is exact.
  return {x - n * 0.693359375f - n * -2.12194440e-4f, BitsOf(shifted) - BitsOf(kRound)};
}

// e^r - 1 for |r| <= ln(2) / 2. The polynomial in pairs of terms (G. Estrin, 1960): a
// chain of half the length, and the chain is what a few numbers take time for.
GLIA_INLINE float Expm1OfReduced(float r) {
  const float square = r * r;
  const float high = 1.9875691500e-4f * r + 1.3981999507e-3f;
  const float middle = 8.3334519073e-3f * r + 4.1665795894e-2f;
  const float low = 1.6666665459e-1f * r + 5.0000001201e-1f;
  return ((high * square + middle) * square + low) * square + r;
}

GLIA_INLINE float Exp(float x) {
  // Outside this range the result is 0 or infinite anyway.
  x = x > 89.0f ? 89.0f : x;
  x = x < -104.0f ? -104.0f : x;
  const Reduced by = ReduceByLn2(x);
  // Two factors, because 2^n itself may be denormal or too large.
  const int32_t half = by.n >> 1;
  return (Expm1OfReduced(by.r) + 1.0f) * PowerOfTwo(half) * PowerOfTwo(by.n - half);
}

// For x <= 30.
GLIA_INLINE float Expm1Below30(float x) {
  const Reduced by = ReduceByLn2(x < -30.0f ? -30.0f : x);
  const float power = PowerOfTwo(by.n);
  return power * Expm1OfReduced(by.r) + (power - 1.0f);
}

GLIA_INLINE float Expm1(float x) {
  return x > 30.0f ? Exp(x) : Expm1Below30(x > 30.0f ? 30.0f : x);
}

GLIA_INLINE float Log(float x) {
  // Denormal numbers are lifted into the normal range.
  const bool tiny = x < 1.17549435e-38f;
  const float lifted = tiny ? x * 8388608.0f : x;
  // Mantissa in [sqrt(1/2), sqrt(2)).
  constexpr uint32_t kSqrtHalf = 0x3f3504f3;
  const auto bits =
      static_cast<int32_t>(static_cast<uint32_t>(BitsOf(lifted)) - kSqrtHalf);
  const float e = static_cast<float>((bits >> 23) - (tiny ? 23 : 0));
  const float z = FloatOf((bits & 0x007fffff) + static_cast<int32_t>(kSqrtHalf)) - 1.0f;
  float p = 7.0376836292e-2f;
  p = p * z - 1.1514610310e-1f;
  p = p * z + 1.1676998740e-1f;
  p = p * z - 1.2420140846e-1f;
  p = p * z + 1.4249322787e-1f;
  p = p * z - 1.6668057665e-1f;
  p = p * z + 2.0000714765e-1f;
  p = p * z - 2.4999993993e-1f;
  p = p * z + 3.3333331174e-1f;
  const float square = z * z;
  const float y = p * z * square + e * -2.12194440e-4f - 0.5f * square;
  const float log = (z + y) + e * 0.693359375f;
  const float positive = x < kInfinity ? log : x;
  const float special = x == 0.0f ? -kInfinity : kNaN;
  return x > 0.0f ? positive : special;
}

GLIA_INLINE float Log1p(float x) {
  // log(u) for the rounded u = 1 + x, and what rounding took away, divided by u.
  const float u = 1.0f + x;
  const float lost = (x - (u - 1.0f)) / u;
  return Log(u) + (u > 0.0f && u < kInfinity ? lost : 0.0f);
}

GLIA_INLINE float Tanh(float x) {
  const float t = Expm1Below30(-2.0f * Abs(x));
  return CopySign(t / (t + 2.0f), x);
}

GLIA_INLINE float Sigmoid(float x) {
  const float z = Exp(-Abs(x));
  return (x >= 0.0f ? 1.0f : z) / (1.0f + z);
}

GLIA_INLINE float Softplus(float x) {
  return (x > 0.0f ? x : 0.0f) + Log1p(Exp(-Abs(x)));
}

// Below 1 a polynomial for erf(x) / x in x^2; above, one for -log(erfc(x)). Both
// interpolate at Chebyshev nodes.
GLIA_INLINE float Erf(float x) {
  const float size = Abs(x);
  const float t = x * x;
  float p = 7.87587488e-5f;
  p = p * t - 8.01686430e-4f;
  p = p * t + 5.18908724e-3f;
  p = p * t - 2.68542115e-2f;
  p = p * t + 1.12835944e-1f;
  p = p * t - 3.76126260e-1f;
  p = p * t + 1.28379167e-1f;
  const float near = x + x * p;
  // erf(4) is 1 in float32.
  const float a = size > 4.0f ? 4.0f : size;
  float q = -1.63715140e-6f;
  q = q * a + 4.60580413e-5f;
  q = q * a - 5.96805650e-4f;
  q = q * a + 4.75959620e-3f;
  q = q * a - 2.64211353e-2f;
  q = q * a + 1.10080086e-1f;
  q = q * a + 6.31826043e-1f;
  q = q * a + 1.13023341f;
  q = q * a - 3.20138060e-4f;
  return size < 1.0f ? near : CopySign(1.0f - Exp(-q), x);
}

}  // namespace glia
