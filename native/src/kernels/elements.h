// Elements of ops that products also work out by themselves, on their sums.
#pragma once

#include "../simd.h"

namespace glia {

GLIA_INLINE float Add(float a, float b) { return a + b; }

GLIA_INLINE float AddRelu(float a, float b) {
  const float x = a + b;
  return x <= 0.0f ? 0.0f : x;
}

GLIA_INLINE float ReluGrad(float dy, float y) { return dy * (y > 0.0f ? 1.0f : 0.0f); }

}  // namespace glia
