// Elements of ops that products also work out by themselves.
#pragma once

#include <cmath>

#include "map.h"

namespace glia {

GLIA_INLINE float Add(float a, float b) { return a + b; }

GLIA_INLINE float AddRelu(float a, float b) {
  const float x = a + b;
  return x <= 0.0f ? 0.0f : x;
}

GLIA_INLINE float ReluGrad(float dy, float y) { return dy * (y > 0.0f ? 1.0f : 0.0f); }

GLIA_INLINE float Blend(float a, Number s, float b, Number t) { return a * s + b * t; }

GLIA_INLINE float BlendSquare(float a, Number s, float b, Number t) {
  return a * s + (b * b) * t;
}

GLIA_INLINE float AdamStep(float p, Number rate, float m, float v, Number eps) {
  return p - rate * (m / (std::sqrt(v) + eps));
}

// The moments, and the parameter.
GLIA_INLINE ResultsOf3 Adam(float p, float m, float v, float g, Number beta1,
                            Number rest1, Number beta2, Number rest2, Number rate,
                            Number eps) {
  const float mean = Blend(m, beta1, g, rest1);
  const float square = BlendSquare(v, beta2, g, rest2);
  return {mean, square, AdamStep(p, rate, mean, square, eps)};
}

}  // namespace glia
