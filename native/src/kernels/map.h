// The loop of every elementwise op.
#pragma once

#include "../kernel.h"

namespace glia {

template <float (*f)(float)>
GLIA_INLINE void MapTile(const float* const* x, float* y, int64_t n) {
  const float* a = x[0];
  GLIA_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) y[i] = f(a[i]);
}

template <float (*f)(float, float)>
GLIA_INLINE void MapTile(const float* const* x, float* y, int64_t n) {
  const float *a = x[0], *b = x[1];
  GLIA_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) y[i] = f(a[i], b[i]);
}

template <float (*f)(float, float, float)>
GLIA_INLINE void MapTile(const float* const* x, float* y, int64_t n) {
  const float *a = x[0], *b = x[1], *c = x[2];
  GLIA_INDEPENDENT
  for (int64_t i = 0; i < n; ++i) y[i] = f(a[i], b[i], c[i]);
}

}  // namespace glia
